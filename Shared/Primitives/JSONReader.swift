// SPDX-License-Identifier: Apache-2.0

/// Reads one JSON document (RFC 8259) from bytes nobody has looked at yet.
package struct JSONReader {
    /// Deeper documents are refused. Requests have five levels; tools' schemas, the deepest part, rarely ten.
    package static let maximumDepth = 64
    /// More values than this are refused: the tree costs some 40 bytes a value, whatever the body's own bound is.
    package static let maximumValues = 100_000

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var values = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    package static func read(_ bytes: UnsafeRawBufferPointer) throws(JSONFailure) -> JSONValue {
        var reader = JSONReader(bytes.assumingMemoryBound(to: UInt8.self))
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.at == bytes.count else { throw reader.failure(.trailingBytes) }
        return value
    }

    package static func read(_ text: String) throws(JSONFailure) -> JSONValue { try read(Array(text.utf8)) }

    package static func read(_ text: [UInt8]) throws(JSONFailure) -> JSONValue {
        var result: Result<JSONValue, JSONFailure> = .failure(JSONFailure(reason: .expectedValue, offset: 0))
        text.withUnsafeBytes { bytes in
            result = Result { () throws(JSONFailure) in try read(bytes) }
        }
        return try result.get()
    }

    private func failure(_ reason: JSONFailure.Reason) -> JSONFailure { JSONFailure(reason: reason, offset: at) }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    /// The first byte after white space, not yet passed.
    private mutating func next() throws(JSONFailure) -> UInt8 {
        skipSpace()
        guard at < bytes.count else { throw failure(.unexpectedEnd) }
        return bytes[at]
    }

    private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
        guard depth <= Self.maximumDepth else { throw failure(.tooDeep) }
        values += 1
        guard values <= Self.maximumValues else { throw failure(.tooMany) }
        switch try next() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.expectedValue)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count, bytes[at] == word.utf8Start[index] else { throw failure(.expectedValue) }
            at += 1
        }
        return value
    }

    private mutating func array(depth: Int) throws(JSONFailure) -> [JSONValue] {
        at += 1
        var items: [JSONValue] = []
        if try next() == UInt8(ascii: "]") {
            at += 1
            return items
        }
        while true {
            items.append(try value(depth: depth + 1))
            switch try next() {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "]"):
                at += 1
                return items
            default: throw failure(.expectedCommaOrEnd)
            }
        }
    }

    private mutating func object(depth: Int) throws(JSONFailure) -> JSONObject {
        at += 1
        var members: [JSONObject.Member] = []
        if try next() == UInt8(ascii: "}") {
            at += 1
            return JSONObject(members)
        }
        while true {
            guard try next() == UInt8(ascii: "\"") else { throw failure(.expectedName) }
            let name = try string()
            guard try next() == UInt8(ascii: ":") else { throw failure(.expectedColon) }
            at += 1
            members.append(JSONObject.Member(name: name, value: try value(depth: depth + 1)))
            switch try next() {
            case UInt8(ascii: ","): at += 1
            case UInt8(ascii: "}"):
                at += 1
                return JSONObject(members)
            default: throw failure(.expectedCommaOrEnd)
            }
        }
    }

    private mutating func number() throws(JSONFailure) -> JSONValue {
        let start = at
        var isInteger = true
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let firstDigit = at
        guard digits() else { throw failure(.badNumber) }
        // A leading zero would be octal to some readers, so the standard has none.
        if bytes[firstDigit] == UInt8(ascii: "0"), at - firstDigit > 1 { throw failure(.badNumber) }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            guard digits() else { throw failure(.badNumber) }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard digits() else { throw failure(.badNumber) }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .integer(integer) }
        guard let decimal = Double(text), decimal.isFinite else { throw failure(.badNumber) }
        return .decimal(decimal)
    }

    /// Whether at least one digit stood here; all of them are passed.
    private mutating func digits() -> Bool {
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        return at > start
    }

    private mutating func string() throws(JSONFailure) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                let text = String(validating: bytes[start..<at], as: UTF8.self)
                guard let text else { throw failure(.invalidText) }
                at += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure(.controlCharacter)
            default: at += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    /// The rest of a string from its first escape on.
    private mutating func escapedString(from start: Int) throws(JSONFailure) -> String {
        var text = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let valid = String(validating: text, as: UTF8.self) else { throw failure(.invalidText) }
                return valid
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure(.controlCharacter)
            default: text.append(byte)
            }
        }
        throw failure(.unexpectedEnd)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFailure) {
        guard at < bytes.count else { throw failure(.unexpectedEnd) }
        let letter = bytes[at]
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"):
            let scalar = try unicodeEscape()
            guard scalar.value != 0 else { throw failure(.nulCharacter) }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw failure(.badEscape)
        }
    }

    /// The scalar after `\u`, whose second half is read when the first is a leading surrogate.
    private mutating func unicodeEscape() throws(JSONFailure) -> Unicode.Scalar {
        let first = try hexUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
            bytes[at + 1] == UInt8(ascii: "u")
        else { throw failure(.badEscape) }
        at += 2
        let second = try hexUnit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure(.badEscape) }
        return scalar
    }

    private mutating func hexUnit() throws(JSONFailure) -> UInt32 {
        guard at + 4 <= bytes.count else { throw failure(.unexpectedEnd) }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Hex.value(of: bytes[at]) else { throw failure(.badEscape) }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }
}
