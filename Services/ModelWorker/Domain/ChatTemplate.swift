// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// One message of a prompt, as a template sees it.
package struct ChatMessage: Hashable, Sendable {
    package enum Role: String, Sendable, CaseIterable {
        case system, user, assistant, tool
    }
    package var role: Role
    package var content: String
    /// The tokens of a stored answer, exactly as they were generated. Empty when unknown.
    package var tokens: [TokenID]
    /// The calls an assistant made.
    package var calls: [ToolCall]
    /// Which call a tool's message answers.
    package var callID: String?

    package init(
        role: Role, content: String, tokens: [TokenID] = [], calls: [ToolCall] = [], callID: String? = nil
    ) {
        self.role = role
        self.content = content
        self.tokens = tokens
        self.calls = calls
        self.callID = callID
    }
}

/// A part of a rendered prompt.
///
/// A template yields pieces and not one string, because in a string nobody can tell any more which `<|im_end|>` the
/// template wrote and which a user did. Only `control` becomes a control token; text stays text, whatever it says.
package enum PromptPiece: Hashable, Sendable {
    /// A control token, by its name in the vocabulary.
    case control(String)
    case text(String)
    /// A stored answer: these tokens if they spell this text, else the text.
    case generated([TokenID], text: String)
}

/// ChatML, as SmolLM2 and many others were trained with.
///
/// Content is a piece of its own, apart from the line that names the role: a tokenizer then cannot join the two, and
/// the prompt of one turn stays a token prefix of the next one's.
package struct ChatTemplate: Sendable {
    package static let beginning = "<|im_start|>"
    package static let end = "<|im_end|>"
    /// What SmolLM2's own template adds where a prompt does not begin with a system message. Not our default: asked
    /// for the capital of France under it, the 135M model answers in French and in circles; without it, "Paris".
    package static let smolLM2System = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"

    /// Added where a prompt does not begin with a system message; nil: none is.
    package var defaultSystem: String?

    package init(defaultSystem: String? = nil) { self.defaultSystem = defaultSystem }

    /// Changes whenever equal messages would render differently. FNV-1a over everything the rendering depends on.
    package var hash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "chatml/1\u{0}\(defaultSystem ?? "\u{1}")".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }

    /// The prompt up to where the answer begins.
    package func render(_ messages: [ChatMessage]) -> [PromptPiece] {
        var pieces: [PromptPiece] = []
        if let defaultSystem, messages.first?.role != .system {
            append(ChatMessage(role: .system, content: defaultSystem), to: &pieces)
        }
        for message in messages { append(message, to: &pieces) }
        pieces += [.control(Self.beginning), .text("assistant\n")]
        return pieces
    }

    private func append(_ message: ChatMessage, to pieces: inout [PromptPiece]) {
        pieces += [.control(Self.beginning), .text("\(message.role.rawValue)\n")]
        if message.role == .assistant, !message.tokens.isEmpty {
            pieces.append(.generated(message.tokens, text: message.content))
        } else if !message.content.isEmpty {
            pieces.append(.text(message.content))
        }
        pieces += [.control(Self.end), .text("\n")]
    }
}
