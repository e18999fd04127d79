// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Writes JSON by hand, a fraction of what an encoder costs, because every token passes through here.
///
/// Commas are written by `member` and `item`; the caller gives the shape by nesting calls, so the text is well formed
/// by construction except where `raw` is used.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8]
    private var needsComma = false

    package init(capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Starts afresh and keeps the memory.
    package mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    // MARK: Shape

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The comma before an array's item, where one is due.
    package mutating func item() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// A member's name; its value must follow. Names are ours and need no escaping.
    package mutating func name(_ name: StaticString) {
        item()
        bytes.append(UInt8(ascii: "\""))
        raw(name)
        bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: ":")])
    }

    // MARK: Values

    package mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Text that is JSON already, or that is not part of a document (an event's frame).
    package mutating func raw(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    package mutating func null() { raw("null") }
    package mutating func bool(_ value: Bool) { value ? raw("true") : raw("false") }
    package mutating func integer(_ value: some BinaryInteger) { raw(value.description.utf8) }

    /// A number's shortest text that reads back the same. Callers make sure it is finite: JSON has no other.
    package mutating func decimal(_ value: Float) { raw(value.description.utf8) }

    package mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { escaped(UnsafeRawBufferPointer($0)) }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func string(_ text: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        raw(text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string whose inside `body` writes, escaped.
    package mutating func quoted(_ body: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: "\""))
        body(&self)
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: Members

    package mutating func member(_ name: StaticString, _ value: String) {
        self.name(name)
        string(value)
    }
    package mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }
    package mutating func member(_ name: StaticString, _ value: StaticString) {
        self.name(name)
        string(value)
    }
    package mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
        self.name(name)
        integer(value)
    }
    package mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bool(value)
    }
    package mutating func member(_ name: StaticString, object body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }
    package mutating func member(_ name: StaticString, array body: (inout JSONWriter) -> Void) {
        self.name(name)
        array(body)
    }
    /// A member whose name came from outside.
    package mutating func member(text name: String, _ value: String) {
        item()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        string(value)
    }
    package mutating func nullMember(_ name: StaticString) {
        self.name(name)
        null()
    }

    // MARK: Escaping

    /// The inside of a JSON string. `text` should be UTF-8; what is not becomes U+FFFD, so that a client's strict
    /// reader never fails on an answer.
    package mutating func escaped(_ text: UnsafeRawBufferPointer) {
        var plainFrom = 0
        var isASCII = true
        for index in 0..<text.count {
            let byte = text[index]
            if byte >= 0x80 { isASCII = false }
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            run(text, plainFrom..<index, isASCII)
            isASCII = true
            plainFrom = index + 1
            escape(byte)
        }
        run(text, plainFrom..<text.count, isASCII)
    }

    /// A run without anything to escape.
    private mutating func run(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ isASCII: Bool) {
        guard !range.isEmpty else { return }
        let run = UnsafeRawBufferPointer(rebasing: text[range])
        if isASCII || String(validating: run, as: UTF8.self) != nil {
            bytes.append(contentsOf: run)
        } else {
            bytes.append(contentsOf: String(decoding: run, as: UTF8.self).utf8)
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        default:
            raw("\\u00")
            bytes.append(Hex.digit(byte >> 4))
            bytes.append(Hex.digit(byte & 15))
        }
    }
}
