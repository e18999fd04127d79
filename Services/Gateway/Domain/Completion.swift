// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What every piece of one answer repeats: its id, its time and its model.
package struct CompletionHead: Sendable {
    package var turn: TurnID
    package var model: String
    package var createdAt: Timestamp
    package var conversation: ConversationID?

    package init(turn: TurnID, model: String, createdAt: Timestamp, conversation: ConversationID? = nil) {
        self.turn = turn
        self.model = model
        self.createdAt = createdAt
        self.conversation = conversation
    }

    package var id: String { PublicID<TurnKind>.completion.text(turn) }
}

/// Tokens as they are billed.
package struct TokenUsage: Hashable, Sendable {
    package var prompt: UInt32
    package var cached: UInt32
    package var completion: UInt32

    package init(prompt: UInt32, cached: UInt32, completion: UInt32) {
        self.prompt = prompt
        self.cached = cached
        self.completion = completion
    }

    package var total: UInt64 { UInt64(prompt) + UInt64(completion) }

    package func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("prompt_tokens", prompt)
            writer.member("completion_tokens", completion)
            writer.member("total_tokens", total)
            writer.member("prompt_tokens_details", object: { $0.member("cached_tokens", cached) })
        }
    }
}

/// A passage an answer rests on, as the client is told: an extension under `parley.citations`.
package struct CitedPassage: Hashable, Sendable {
    package var number: UInt32
    package var file: FileID
    package var passage: PassageID
    package var filename: String
    package var text: String
    package var score: Float
    package var bytes: Range<UInt64>

    package init(
        number: UInt32, file: FileID, passage: PassageID, filename: String, text: String, score: Float,
        bytes: Range<UInt64>
    ) {
        self.number = number
        self.file = file
        self.passage = passage
        self.filename = filename
        self.text = text
        self.score = score
        self.bytes = bytes
    }

    package func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("number", number)
            writer.member("file_id", PublicID<FileKind>.file.text(file))
            writer.member("passage_id", PublicID<PassageKind>.passage.text(passage))
            writer.member("filename", filename)
            writer.member("text", text)
            writer.name("score")
            writer.decimal(score.isFinite ? score : 0)
            writer.member("start_byte", bytes.lowerBound)
            writer.member("end_byte", bytes.upperBound)
        }
    }
}

/// What Parley says of an answer beyond OpenAI's fields, under `parley`.
package struct CompletionExtras: Sendable {
    package var conversation: ConversationID?
    package var citations: [CitedPassage] = []
    /// Retrieval was asked for and did not answer in time; the answer was made without it.
    package var isRetrievalDegraded = false
    /// The name that was asked for, and why its route led to the answer's `model`. nil where a model was asked for
    /// itself.
    package var route: (asked: String, reason: String)?

    package init() {}
    package var isEmpty: Bool { conversation == nil && citations.isEmpty && !isRetrievalDegraded && route == nil }

    package func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            if let conversation {
                writer.member("conversation_id", PublicID<ConversationKind>.conversation.text(conversation))
            }
            if let route {
                writer.member(
                    "route",
                    object: { writer in
                        writer.member("asked", route.asked)
                        writer.member("reason", route.reason)
                    })
            }
            if isRetrievalDegraded { writer.member("retrieval_degraded", true) }
            if !citations.isEmpty {
                writer.member(
                    "citations",
                    array: { writer in
                        for citation in citations {
                            writer.item()
                            citation.write(&writer)
                        }
                    })
            }
        }
    }
}

/// A whole answer, `chat.completion`.
package struct CompletionAnswer: Sendable {
    package var head: CompletionHead
    package var message: AnswerMessage
    package var finishReason: String
    package var usage: TokenUsage
    package var extras: CompletionExtras

    package init(
        head: CompletionHead, message: AnswerMessage, finishReason: String, usage: TokenUsage,
        extras: CompletionExtras
    ) {
        self.head = head
        self.message = message
        self.finishReason = finishReason
        self.usage = usage
        self.extras = extras
    }

    package func json() -> [UInt8] {
        // The frame around the text has about 500 bytes; escapes rarely add more than an eighth.
        var writer = JSONWriter(capacity: message.text.count + message.text.count / 8 + 512)
        writer.object { writer in
            writer.member("id", head.id)
            writer.member("object", "chat.completion")
            writer.member("created", head.createdAt.seconds)
            writer.member("model", head.model)
            writer.member(
                "choices",
                array: { writer in
                    writer.item()
                    writer.object { writer in
                        writer.member("index", 0)
                        writer.name("message")
                        message.write(&writer)
                        writer.name("logprobs")
                        TokenLikelihood.write(message.likelihoods, into: &writer)
                        writer.member("finish_reason", finishReason)
                    }
                })
            writer.name("usage")
            usage.write(&writer)
            if !extras.isEmpty {
                writer.name("parley")
                extras.write(&writer)
            }
        }
        return writer.bytes
    }
}
