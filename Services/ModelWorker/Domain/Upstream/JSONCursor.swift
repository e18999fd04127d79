// SPDX-License-Identifier: Apache-2.0

/// Walks one JSON document without building it: what nobody asks for costs a look at its bytes.
///
/// A streamed token comes as some 250 bytes of JSON of which ten matter; a tree of it costs ten times the walk. What is
/// skipped is checked for its end only. `Primitives.JSONReader` reads what is small in number or must be whole.
package struct JSONCursor {
    package enum Failure: Error, Hashable, Sendable {
        case unexpectedEnd, malformed, tooDeep
    }
    /// No answer of a chat server has more than ten levels.
    package static let maximumDepth = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var depth = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes.assumingMemoryBound(to: UInt8.self) }

    /// The first byte of the next value, not yet passed.
    package mutating func peek() throws(Failure) -> UInt8 {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return bytes[at]
            }
        }
        throw .unexpectedEnd
    }

    /// Whether nothing but white space is left.
    package mutating func isAtEnd() -> Bool { (try? peek()) == nil }

    // MARK: Containers

    /// Calls `member` for each member, which must read or skip the value. A value that is no object is skipped.
    package mutating func members(
        _ member: (inout JSONCursor, JSONName) throws(Failure) -> Void
    ) throws(Failure) {
        guard try peek() == UInt8(ascii: "{") else { return try skip() }
        try enter()
        if try closes(UInt8(ascii: "}")) { return }
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw .malformed }
            let name = JSONName(bytes: try rawString())
            guard try peek() == UInt8(ascii: ":") else { throw .malformed }
            at += 1
            try member(&self, name)
            if try goesOn(UInt8(ascii: "}")) { return }
        }
    }

    /// Calls `item` for each item, which must read or skip it. A value that is no array is skipped.
    package mutating func items(_ item: (inout JSONCursor) throws(Failure) -> Void) throws(Failure) {
        guard try peek() == UInt8(ascii: "[") else { return try skip() }
        try enter()
        if try closes(UInt8(ascii: "]")) { return }
        while true {
            try item(&self)
            if try goesOn(UInt8(ascii: "]")) { return }
        }
    }

    private mutating func enter() throws(Failure) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw .tooDeep }
        at += 1
    }

    private mutating func closes(_ end: UInt8) throws(Failure) -> Bool {
        guard try peek() == end else { return false }
        at += 1
        depth -= 1
        return true
    }

    /// Passes a comma, or the container's end.
    /// - Returns: whether it was the end.
    private mutating func goesOn(_ end: UInt8) throws(Failure) -> Bool {
        if try peek() == UInt8(ascii: ",") {
            at += 1
            return false
        }
        guard try closes(end) else { throw .malformed }
        return true
    }

    // MARK: Values

    /// Passes one value, whatever it is.
    package mutating func skip() throws(Failure) {
        var open = 0
        repeat {
            switch try peek() {
            case UInt8(ascii: "\""): _ = try rawString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                guard depth + open <= Self.maximumDepth else { throw .tooDeep }
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open > 0 else { throw .malformed }
                open -= 1
                at += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard open > 0 else { throw .malformed }
                at += 1
            default: try skipWord()
            }
        } while open > 0
    }

    /// Passes a number or one of JSON's three words.
    private mutating func skipWord() throws(Failure) {
        let start = at
        while at < bytes.count {
            let byte = bytes[at] | 0x20
            let isPart =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at])
                || bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: ".")
            guard isPart else { break }
            at += 1
        }
        guard at > start else { throw .malformed }
    }

    /// A whole number that is not negative, saturating; nil, and the value passed, for anything else.
    package mutating func count() throws(Failure) -> Int? {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(try peek()) else {
            try skip()
            return nil
        }
        var value = 0
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int(bytes[at] - UInt8(ascii: "0")))
            value = overflow || carried ? .max : sum
            at += 1
        }
        // A fraction or an exponent is passed: counts have none.
        if at < bytes.count, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[at]) {
            try skipWord()
        }
        return value
    }

    /// Appends a string's text; nothing, and the value passed, for anything else.
    /// - Returns: whether it was a string.
    @discardableResult
    package mutating func appendText(to out: inout [UInt8]) throws(Failure) -> Bool {
        guard try peek() == UInt8(ascii: "\"") else {
            try skip()
            return false
        }
        let raw = try rawString()
        guard raw.contains(UInt8(ascii: "\\")) else {
            out.append(contentsOf: raw)
            return true
        }
        try JSONEscapes.appendText(of: raw, to: &out)
        return true
    }

    /// A string's text; nil, and the value passed, for anything else.
    package mutating func text() throws(Failure) -> String? {
        var out: [UInt8] = []
        return try appendText(to: &out) ? String(decoding: out, as: UTF8.self) : nil
    }

    /// What stands between two quotes, escapes and all.
    private mutating func rawString() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                defer { at += 1 }
                return UnsafeBufferPointer(rebasing: bytes[start..<at])
            case UInt8(ascii: "\\"): at += 2
            case 0..<0x20: throw .malformed
            default: at += 1
            }
        }
        throw .unexpectedEnd
    }
}

/// A member's name as it stands in the document. One with escapes equals nothing: no name that matters has any.
package struct JSONName {
    let bytes: UnsafeBufferPointer<UInt8>

    package static func ~= (pattern: StaticString, name: JSONName) -> Bool {
        name.bytes.elementsEqual(
            UnsafeBufferPointer(start: pattern.utf8Start, count: pattern.utf8CodeUnitCount))
    }
}

/// The escapes of JSON's strings (RFC 8259, section 7).
enum JSONEscapes {
    /// Appends the text that `raw` stands for. Half a surrogate pair becomes U+FFFD, and U+0000 nothing: no text of
    /// ours holds it.
    static func appendText(
        of raw: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]
    ) throws(JSONCursor.Failure) {
        var at = 0
        while at < raw.count {
            let byte = raw[at]
            at += 1
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                continue
            }
            guard at < raw.count else { throw .malformed }
            let letter = raw[at]
            at += 1
            switch letter {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "u"): try appendScalar(of: raw, &at, to: &out)
            default: throw .malformed
            }
        }
    }

    private static func appendScalar(
        of raw: UnsafeBufferPointer<UInt8>, _ at: inout Int, to out: inout [UInt8]
    ) throws(JSONCursor.Failure) {
        var value = try unit(raw, &at)
        if (0xD800..<0xDC00).contains(value), at + 1 < raw.count, raw[at] == UInt8(ascii: "\\"),
            raw[at + 1] == UInt8(ascii: "u")
        {
            var next = at + 2
            let low = try unit(raw, &next)
            if (0xDC00..<0xE000).contains(low) {
                value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)
                at = next
            }
        }
        guard value != 0 else { return }
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private static func unit(
        _ raw: UnsafeBufferPointer<UInt8>, _ at: inout Int
    ) throws(JSONCursor.Failure) -> UInt32 {
        guard at + 4 <= raw.count else { throw .malformed }
        var value: UInt32 = 0
        for index in at..<at + 4 {
            let digit = raw[index]
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(digit - UInt8(ascii: "A") + 10)
            default: throw .malformed
            }
        }
        at += 4
        return value
    }
}
