// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What another server says when it will not or cannot answer.
///
/// Its message is kept for our log at most, and cut: it may quote the prompt.
package struct ServerError: Hashable, Sendable {
    package var code: Int?
    /// `type`, or `code` where that is a word, as servers in OpenAI's manner name the case.
    package var name: String
    private var message: String

    package static let maxMessageBytes = 512

    package init(code: Int? = nil, name: String = "", message: String = "") {
        self.code = code
        self.name = name
        self.message = String(decoding: message.utf8.prefix(Self.maxMessageBytes), as: UTF8.self)
    }

    /// Reads the body of an answer that is no success. What is no error in any known shape is one without words.
    package init(body: UnsafeRawBufferPointer) {
        guard let document = try? JSONReader.read(body) else {
            self.init()
            return
        }
        self.init(document)
    }

    /// `{"error": {…}}` (OpenAI, llama.cpp, vLLM from 0.10 on), `{"error": "…"}` (TGI), `{"message": …}` (vLLM before,
    /// SGLang), `{"detail": …}` (FastAPI).
    init(_ document: JSONValue) {
        guard case .object(let top) = document else {
            self.init()
            return
        }
        var fields = top
        if case .object(let inner)? = top["error"] { fields = inner }
        var code: Int?
        var name = ""
        if case .string(let text)? = fields["type"] { name = text }
        switch fields["code"] {
        case .integer(let number)?: code = Int(clamping: number)
        case .string(let text)?: name = text
        default: break
        }
        var message = ""
        for key in ["message", "error", "detail"] {
            if case .string(let text)? = fields[key] {
                message = text
                break
            }
        }
        self.init(code: code, name: String(name.prefix(64)), message: message)
    }

    /// Whether the prompt is longer than the model's context. Each server has its own words for it: OpenAI's and vLLM's
    /// code, llama.cpp's type, and the sentence of those that have neither.
    package var isAboutContextLength: Bool {
        if name == "context_length_exceeded" || name == "exceed_context_size_error" { return true }
        let said = message.lowercased()
        return said.contains("context length") || said.contains("context size") || said.contains("max_seq_len")
    }
}
