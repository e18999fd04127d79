// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Reads an answer that has a shape: tool calls in a model's own notation, or a document that keeps a schema.
///
/// As with `AnswerAssembler`, what is told after k tokens is a function of those tokens alone.
package protocol AnswerReading: Sendable {
    /// Takes one token's whole characters; gives what may be told, calls marked (`CallMarkup`).
    mutating func append(_ bytes: [UInt8]) -> [UInt8]
    /// The answer has ended: gives what was held back.
    mutating func finish() -> [UInt8]
    /// Whether a call has begun.
    var hasCalls: Bool { get }
    /// Where and why a finished answer breaks its schema; nil when it keeps it or has none. Asked after `finish`.
    var violation: String? { get }
}

/// An answer that is a JSON document: its text is told as it comes, and looked at when it is whole.
package struct DocumentReading: AnswerReading {
    private let schema: JSONSchema
    private var text: [UInt8] = []

    package init(_ schema: JSONSchema) { self.schema = schema }

    package mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        text += bytes
        return bytes
    }

    package mutating func finish() -> [UInt8] { [] }
    package var hasCalls: Bool { false }
    package var violation: String? { schema.violation(ofDocument: text) }
}

/// What may be asked of an answer's shape.
package struct AnswerStructure: Hashable, Sendable {
    package enum ToolChoice: Hashable, Sendable {
        case auto
        /// At least one call, and nothing before it.
        case required
        /// One call of this tool.
        case named(String)
    }

    /// The tools as a JSON array. Empty for none, also when they must not be called.
    package var tools: [JSONValue] = []
    package var choice = ToolChoice.auto
    package var allowsParallelCalls = true
    /// The schema the answer must keep; nil for free text.
    package var schema: JSONSchema?
    /// Whether an answer that breaks the schema in what no grammar holds is an error.
    package var isStrict = false
    /// What call ids are made from: the same for every worker that has a part in an answer.
    package var idSeed: UInt64 = 0

    package init() {}
}
