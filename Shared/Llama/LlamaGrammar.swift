// SPDX-License-Identifier: Apache-2.0

import CLlamaChat

/// A grammar (GBNF) on its way through one answer.
///
/// `@unchecked Sendable`: made by a handler, handed to the engine's thread with its request, and used there only.
package final class LlamaGrammar: @unchecked Sendable {
    private let raw: OpaquePointer
    /// Keeps the vocabulary alive.
    private let model: LlamaModel

    /// - Parameter triggers: patterns; with any, the grammar is asleep until the answer matches one of them.
    package init(_ source: String, triggers: [String] = [], for model: LlamaModel) throws(LlamaFailure) {
        var made: OpaquePointer?
        var said = plc_text()
        let texts = triggers.map { Array($0.utf8CString) }
        let status = Self.withPointers(texts) { patterns, count in
            plc_grammar_new(model.vocabulary, source, patterns, count, &made, &said)
        }
        try LlamaChatText.check(status, said)
        guard let made else { throw .chat(status: status, said: "nothing was made") }
        raw = made
        self.model = model
    }

    deinit { plc_grammar_free(raw) }

    /// A JSON schema as a grammar whose root is `root`. What the schema says that a grammar cannot hold (bounds of
    /// decimals, `not`, `uniqueItems`, …) is left out in silence: check the finished document.
    package static func source(ofSchema schema: [UInt8]) throws(LlamaFailure) -> String {
        String(decoding: try LlamaChatText.ask(schema) { plc_schema_grammar($0, $1, &$2) }, as: UTF8.self)
    }

    /// Whether a token may come next. Microseconds.
    package func allows(_ token: LlamaToken) throws(LlamaFailure) -> Bool {
        var isAllowed: Int32 = 0
        try LlamaChatText.check(plc_grammar_allows(raw, token, &isAllowed), plc_text())
        return isAllowed != 0
    }

    /// Sets the logits of all tokens that may not come next to minus infinity. Milliseconds.
    /// - Returns: how many may.
    package func mask(_ logits: UnsafeMutableBufferPointer<Float>) throws(LlamaFailure) -> Int {
        var allowed: Int32 = 0
        let status = plc_grammar_mask(raw, logits.baseAddress, Int32(logits.count), &allowed)
        try LlamaChatText.check(status, plc_text())
        return Int(allowed)
    }

    /// Takes a token. One that the grammar refuses ends it.
    package func accept(_ token: LlamaToken) throws(LlamaFailure) {
        try LlamaChatText.check(plc_grammar_accept(raw, token), plc_text())
    }

    private static func withPointers<R>(
        _ texts: [[CChar]], _ body: (UnsafePointer<UnsafePointer<CChar>?>?, Int) -> R
    ) -> R {
        // The texts' own buffers would move; one run of bytes with offsets into it does not.
        var bytes: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(bytes.count)
            bytes += text
        }
        return bytes.withUnsafeBufferPointer { run in
            let pointers = starts.map { start in run.baseAddress.map { $0 + start } }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}
