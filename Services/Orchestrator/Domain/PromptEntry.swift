// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// One message of a prompt, as a client sent it or as a conversation keeps it.
package struct PromptEntry: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable {
        case system, user, assistant, tool
    }

    package var role: Role
    /// The speaker's own words: never with passages, which are rendered into the prompt beside them.
    package var content: String
    package var name: String?
    /// The calls an assistant made, as the client's JSON array.
    package var toolCalls: [UInt8]?
    package var toolCallID: String?
    /// What this message was answered from. Belongs to a user's message and stays with it for good, so that a later
    /// turn's prompt begins with the very bytes of this one's.
    package var passages: [Passage]
    /// A stored answer's tokens as they were generated; empty when unknown.
    package var tokens: [UInt32]
    /// Whose tokens they are.
    package var tokenizer: String?

    package init(
        _ role: Role, _ content: String, name: String? = nil, toolCalls: [UInt8]? = nil, toolCallID: String? = nil,
        passages: [Passage] = [], tokens: [UInt32] = [], tokenizer: String? = nil
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        self.passages = passages
        self.tokens = tokens
        self.tokenizer = tokenizer
    }
}

/// A piece of a file that was found for a question.
package struct Passage: Hashable, Sendable {
    /// What the answer refers to it by, from 1.
    package var number: UInt32
    package var file: FileID
    package var passage: PassageID
    package var filename: String
    package var text: String
    package var score: Float
    package var startByte: UInt64
    package var endByte: UInt64

    package init(
        number: UInt32, file: FileID, passage: PassageID, filename: String, text: String, score: Float,
        startByte: UInt64, endByte: UInt64
    ) {
        self.number = number
        self.file = file
        self.passage = passage
        self.filename = filename
        self.text = text
        self.score = score
        self.startByte = startByte
        self.endByte = endByte
    }
}
