// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// Finds the names of a vocabulary's control tokens in text.
struct ControlScanner: Sendable {
    private struct Name: Sendable {
        var bytes: [UInt8]
        var token: LlamaToken
    }
    /// By first byte, longest first: one look at each byte of a text, although some vocabularies have 256 names.
    private var byFirst: [UInt8: [Name]] = [:]

    init(_ names: [(name: String, token: LlamaToken)]) {
        for (name, token) in names {
            let bytes = Array(name.utf8)
            if let first = bytes.first { byFirst[first, default: []].append(Name(bytes: bytes, token: token)) }
        }
    }

    /// The first name at or after a place.
    func next(in text: [UInt8], from start: Int) -> (range: Range<Int>, token: LlamaToken)? {
        for at in start..<max(start, text.count) {
            guard let names = byFirst[text[at]] else { continue }
            for name in names where text[at...].starts(with: name.bytes) {
                return (at..<(at + name.bytes.count), name.token)
            }
        }
        return nil
    }

    func token(named name: String) -> LlamaToken? {
        guard let found = next(in: Array(name.utf8), from: 0), found.range == 0..<name.utf8.count else { return nil }
        return found.token
    }
}

/// Keeps what people and tools wrote apart from what a template writes, through a rendering that knows no difference.
///
/// In a rendered string nobody can tell which `<|im_end|>` the template wrote and which a user did. So before the
/// rendering every control token's name in somebody's text is replaced by a word nobody can guess, and afterwards,
/// when the template's own names have become control tokens, the words become text again.
struct GuardedText {
    enum Kept {
        case text([UInt8])
        /// A stored answer, as the tokens it was generated in.
        case generated([TokenID], [UInt8])
    }

    private let scanner: ControlScanner
    private let word: [UInt8]
    private(set) var kept: [Kept] = []

    /// - Parameter nonce: unguessable; letters and digits survive whatever a template does to a text.
    init(_ scanner: ControlScanner, nonce: UInt64) {
        self.scanner = scanner
        word = Array("q\(String(nonce, radix: 36))z".utf8)
    }

    mutating func guarded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        while let found = scanner.next(in: bytes, from: at) {
            out += bytes[at..<found.range.lowerBound]
            out += place(.text(Array(bytes[found.range])))
            at = found.range.upperBound
        }
        return at == 0 ? text : String(decoding: out + bytes[at...], as: UTF8.self)
    }

    mutating func guarded(_ tokens: [TokenID], text: String) -> String {
        String(decoding: place(.generated(tokens, Array(text.utf8))), as: UTF8.self)
    }

    mutating func guarded(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): return .string(guarded(text))
        case .array(let items):
            var out: [JSONValue] = []
            for item in items { out.append(guarded(item)) }
            return .array(out)
        case .object(let object):
            var members: [JSONObject.Member] = []
            for member in object.members {
                members.append(.init(name: guarded(member.name), value: guarded(member.value)))
            }
            return .object(JSONObject(members))
        default: return value
        }
    }

    private mutating func place(_ what: Kept) -> [UInt8] {
        kept.append(what)
        return word + Array("\(kept.count - 1)q".utf8)
    }

    /// A rendering taken apart again.
    func pieces(of rendered: [UInt8]) -> [PromptToken] {
        var pieces: [PromptToken] = []
        var at = 0
        while let found = scanner.next(in: rendered, from: at) {
            restore(rendered[at..<found.range.lowerBound], into: &pieces)
            pieces.append(.control(TokenID(found.token)))
            at = found.range.upperBound
        }
        restore(rendered[at...], into: &pieces)
        return pieces
    }

    private func restore(_ run: ArraySlice<UInt8>, into pieces: inout [PromptToken]) {
        var text: [UInt8] = []
        var rest = run
        while let start = rest.firstRange(of: word) {
            text += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let index = Int(String(decoding: digits, as: UTF8.self)), kept.indices.contains(index) else {
                continue
            }
            rest = rest.dropFirst(digits.count + 1)
            switch kept[index] {
            case .text(let bytes): text += bytes
            case .generated(let tokens, let bytes):
                if !text.isEmpty { pieces.append(.text(text)) }
                text = []
                pieces.append(.generated(tokens, bytes))
            }
        }
        text += rest
        if !text.isEmpty { pieces.append(.text(text)) }
    }
}

/// A part of a rendered prompt on its way to tokens.
enum PromptToken {
    case control(TokenID)
    case text([UInt8])
    case generated([TokenID], [UInt8])
}
