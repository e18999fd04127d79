// SPDX-License-Identifier: Apache-2.0

import CLlamaChat
import Glibc

/// Calls into the chat library: bytes in, bytes out, a failure for every status but zero.
enum LlamaChatText {
    /// Takes what a call wrote, and gives its memory back.
    static func take(_ text: plc_text) -> [UInt8] {
        defer { plc_text_free(text) }
        guard let start = text.bytes else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: text.count))
    }

    static func check(_ status: Int32, _ said: plc_text) throws(LlamaFailure) {
        let text = take(said)
        guard status == 0 else { throw .chat(status: status, said: String(decoding: text, as: UTF8.self)) }
    }

    /// - Parameter body: the call, given the bytes, their count and where to write.
    static func ask(
        _ bytes: [UInt8], _ body: (UnsafePointer<CChar>?, Int, inout plc_text) -> Int32
    ) throws(LlamaFailure) -> [UInt8] {
        var answer = plc_text()
        let status = bytes.withUnsafeBytes { raw in
            body(raw.bindMemory(to: CChar.self).baseAddress, raw.count, &answer)
        }
        let text = take(answer)
        guard status == 0 else { throw .chat(status: status, said: String(decoding: text, as: UTF8.self)) }
        return text
    }
}

/// A compiled chat template (Jinja), as a model's file carries one.
///
/// A template is a program that may loop for ever: it comes from the model or from the operator, never from a request.
/// `@unchecked Sendable`: the library compiles it once and only reads it afterwards (four threads, 100 renderings,
/// all equal), and it is freed with its last owner.
package final class LlamaChatTemplate: @unchecked Sendable {
    private let raw: OpaquePointer

    /// - Parameters:
    ///   - beginning: how the token that begins a text is written; a template may ask for it.
    ///   - ending: likewise, the one that ends a message.
    package init(_ source: String, beginning: String = "", ending: String = "") throws(LlamaFailure) {
        LlamaRuntime.start()
        var made: OpaquePointer?
        var said = plc_text()
        let bytes = Array(source.utf8)
        let status = bytes.withUnsafeBytes { raw in
            plc_template_new(
                raw.bindMemory(to: CChar.self).baseAddress, raw.count, beginning, ending, &made, &said)
        }
        try LlamaChatText.check(status, said)
        guard let made else { throw .chat(status: status, said: "nothing was made") }
        raw = made
    }

    deinit { plc_template_free(raw) }

    /// The text of a template file.
    package static func source(ofFile path: String) throws(LlamaFailure) -> String {
        guard let file = fopen(path, "r") else { throw .missingFile(path) }
        defer { fclose(file) }
        // One byte more than the library takes: a longer file is then refused by it, and not cut off by us.
        var bytes = [UInt8](repeating: 0, count: (64 << 10) + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else { throw .missingFile(path) }
        return text
    }

    /// Whether the template puts tools into the prompt; one that does not drops them in silence.
    package var supportsTools: Bool { plc_template_supports_tools(raw) != 0 }

    /// Renders a request (`parley_llama_chat.h` names its members); the answer is JSON too. Milliseconds.
    package func render(_ request: [UInt8]) throws(LlamaFailure) -> [UInt8] {
        try LlamaChatText.ask(request) { plc_template_render(raw, $0, $1, &$2) }
    }
}

/// Reads one answer as it grows, and tells content from tool calls.
///
/// `@unchecked Sendable`: made by a handler, handed to the engine's thread with its request, and used there only.
package final class LlamaAnswerParser: @unchecked Sendable {
    private let raw: OpaquePointer

    /// - Parameter specification: the `parser` member of a rendering.
    package init(_ specification: [UInt8]) throws(LlamaFailure) {
        var made: OpaquePointer?
        var said = plc_text()
        let status = specification.withUnsafeBytes { raw in
            plc_parser_new(raw.bindMemory(to: CChar.self).baseAddress, raw.count, &made, &said)
        }
        try LlamaChatText.check(status, said)
        guard let made else { throw .chat(status: status, said: "nothing was made") }
        raw = made
    }

    deinit { plc_parser_free(raw) }

    /// Adds text, and tells what is new as a JSON array. Costs what reading the whole answer costs: feed long ones in
    /// larger pieces.
    package func feed(_ text: [UInt8], isLast: Bool) throws(LlamaFailure) -> [UInt8] {
        try LlamaChatText.ask(text) { plc_parser_feed(raw, $0, $1, isLast ? 1 : 0, &$2) }
    }
}
