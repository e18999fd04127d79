// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Primitives

/// Messages as the conversation cache keeps them: lengths and bytes, nothing to parse.
///
/// Only our own builds read it, and a value an older or newer build cannot read is a miss: the first octet is the
/// format's number.
enum PromptEntryCoding {
    private static let format: UInt8 = 1

    static func encode(_ entries: [PromptEntry]) -> [UInt8] {
        var out: [UInt8] = [format]
        append(entries.count, to: &out)
        for entry in entries {
            append(Array(entry.role.rawValue.utf8), to: &out)
            append(Array(entry.content.utf8), to: &out)
            append(optional: entry.name.map { Array($0.utf8) }, to: &out)
            append(optional: entry.toolCalls, to: &out)
            append(optional: entry.toolCallID.map { Array($0.utf8) }, to: &out)
            append(TokenBytes.encode(entry.tokens), to: &out)
            append(optional: entry.tokenizer.map { Array($0.utf8) }, to: &out)
            append(StoredCitation.encode(entry.passages), to: &out)
        }
        return out
    }

    /// nil for anything that is not exactly what `encode` writes.
    static func decode(_ bytes: ArraySlice<UInt8>) -> [PromptEntry]? {
        var rest = bytes
        guard rest.popFirst() == format, let count = number(&rest) else { return nil }
        var entries: [PromptEntry] = []
        for _ in 0..<count {
            guard let role = run(&rest).flatMap({ PromptEntry.Role(rawValue: String(decoding: $0, as: UTF8.self)) }),
                let content = run(&rest), let name = optional(&rest), let calls = optional(&rest),
                let call = optional(&rest), let tokens = run(&rest), let tokenizer = optional(&rest),
                // Damage of any kind is a miss; Postgres has the conversation.
                let citations = run(&rest), let passages = try? StoredCitation.decode(Array(citations))
            else { return nil }
            entries.append(
                PromptEntry(
                    role, String(decoding: content, as: UTF8.self), name: name.value.map(text),
                    toolCalls: calls.value.map(Array.init), toolCallID: call.value.map(text), passages: passages,
                    tokens: TokenBytes.decode(Array(tokens)), tokenizer: tokenizer.value.map(text)))
        }
        return rest.isEmpty ? entries : nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func append(_ value: Int, to out: inout [UInt8]) {
        out += TokenBytes.encode([UInt32(clamping: value)])
    }

    private static func append(_ bytes: [UInt8], to out: inout [UInt8]) {
        append(bytes.count, to: &out)
        out += bytes
    }

    private static func append(optional bytes: [UInt8]?, to out: inout [UInt8]) {
        out.append(bytes == nil ? 0 : 1)
        if let bytes { append(bytes, to: &out) }
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.count >= 4 else { return nil }
        let value = TokenBytes.decode(Array(rest.prefix(4)))[0]
        rest = rest.dropFirst(4)
        return Int(value)
    }

    private static func run(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let count = number(&rest), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A value that may be absent, inside one that may be damaged.
    private struct Read { var value: ArraySlice<UInt8>? }

    private static func optional(_ rest: inout ArraySlice<UInt8>) -> Read? {
        switch rest.popFirst() {
        case 0: Read(value: nil)
        case 1: run(&rest).map { Read(value: $0) }
        default: nil
        }
    }
}
