// SPDX-License-Identifier: Apache-2.0

/// Why a prompt cannot be built.
package enum PromptRefusal: Error, Hashable, Sendable {
    case empty
    /// The history and the new messages do not fit. Nothing is left out in silence: the caller decides what to drop.
    case tooLong(bytes: Int, limit: Int)
    case tooManyMessages(count: Int, limit: Int)
}

/// Builds the messages a model is shown.
///
/// Append-only: what an earlier turn of the conversation was shown stands first and unchanged, then come the new
/// messages. So the prompt of turn n is a prefix of the prompt of turn n + 1, and the worker's cache holds it.
package struct PromptAssembly: Sendable {
    /// Messages in the order the model sees them, passages written into the message they belong to.
    package private(set) var messages: [PromptEntry]
    /// Bytes of all contents, passages included.
    package private(set) var byteCount: Int

    /// - Parameters:
    ///   - history: what the conversation holds, oldest first; empty outside a conversation.
    ///   - new: what this turn adds; its last user message carries the passages found for it.
    package init(
        history: [PromptEntry], new: [PromptEntry], maxBytes: Int, maxMessages: Int
    ) throws(PromptRefusal) {
        let count = history.count + new.count
        guard !new.isEmpty else { throw .empty }
        guard count <= maxMessages else { throw .tooManyMessages(count: count, limit: maxMessages) }
        var messages: [PromptEntry] = []
        messages.reserveCapacity(count)
        var bytes = 0
        for entry in history { messages.append(Self.rendered(entry, &bytes)) }
        for entry in new { messages.append(Self.rendered(entry, &bytes)) }
        guard bytes <= maxBytes else { throw .tooLong(bytes: bytes, limit: maxBytes) }
        self.messages = messages
        byteCount = bytes
    }

    private static func rendered(_ entry: PromptEntry, _ bytes: inout Int) -> PromptEntry {
        var entry = entry
        if !entry.passages.isEmpty {
            entry.content = render(entry.passages, question: entry.content)
        }
        bytes += entry.content.utf8.count + (entry.toolCalls?.count ?? 0)
        return entry
    }

    /// A user's message with what was found for it. The wording is part of the prompt's bytes: changing it makes every
    /// cached prefix of a conversation with passages worthless once, and nothing else.
    static func render(_ passages: [Passage], question: String) -> String {
        var text = "Use these sources to answer, and name the number of the one you used, like [1].\n\n"
        for passage in passages {
            text += "[\(passage.number)] \(passage.filename)\n\(passage.text)\n\n"
        }
        text += question
        return text
    }

    /// Tokens this prompt may cost, for the reservation: deliberately high, because what is not used is given back.
    ///
    /// Three bytes a token is below what any tokenizer we serve reaches on European text (measured 3.5 to 4.5), and
    /// eight tokens a message cover the template's own.
    package var estimatedTokens: UInt32 {
        UInt32(clamping: byteCount / 3 + messages.count * 8 + 8)
    }
}
