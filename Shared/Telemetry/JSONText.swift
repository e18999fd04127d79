// SPDX-License-Identifier: Apache-2.0

/// One JSON object, written field by field into bytes. Log lines and spans are written with it: it costs a tenth of
/// an encoder and never fails.
package struct JSONText: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Whether the next value needs a comma before it.
    private var needsComma = false

    package init() {}

    /// Goes on from bytes that an earlier `JSONText` left open.
    package init(continuing bytes: [UInt8]) {
        self.bytes = bytes
        needsComma = true
    }

    package mutating func openObject() { open(UInt8(ascii: "{")) }
    package mutating func closeObject() { close(UInt8(ascii: "}")) }
    package mutating func openArray() { open(UInt8(ascii: "[")) }
    package mutating func closeArray() { close(UInt8(ascii: "]")) }

    package mutating func name(_ name: String) {
        comma()
        quoted(name, atMost: .max)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String, atMost limit: Int = .max) {
        comma()
        quoted(text, atMost: limit)
        needsComma = true
    }

    package mutating func integer(_ value: some BinaryInteger) { raw("\(value)") }
    package mutating func null() { raw("null") }
    /// A value that is JSON already.
    package mutating func json(_ text: String) { raw(text) }
    /// A value, or the beginning of one, that `body` appends as JSON.
    mutating func json(_ body: (inout [UInt8]) -> Void) {
        comma()
        body(&bytes)
        needsComma = true
    }
    /// More of the value before, as JSON.
    mutating func more(_ json: [UInt8]) { bytes.append(contentsOf: json) }
    /// A text within the value before, and what of it comes behind.
    mutating func more(_ text: String, _ json: StaticString) {
        quoted(text, atMost: .max)
        bytes.append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }
    package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    /// A number as JSON can say it; what it cannot say becomes null.
    package mutating func number(_ value: Double) { raw(value.isFinite ? "\(value)" : "null") }

    package mutating func field(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    package mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    private mutating func raw(_ text: String) {
        comma()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func comma() { if needsComma { bytes.append(UInt8(ascii: ",")) } }

    /// Writes a text between quotes. Line and paragraph separators need no escape in JSON; control characters do.
    private mutating func quoted(_ text: String, atMost limit: Int) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly every text is what it is in JSON: found out at once, and then copied at once.
        if text.utf8.count <= limit, append(plain: text) { return bytes.append(UInt8(ascii: "\"")) }
        var left = limit
        for scalar in text.unicodeScalars {
            let length = UTF8.width(scalar)
            if left < length {
                bytes.append(contentsOf: "…(cut)".utf8)
                break
            }
            left -= length
            append(scalar)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a text without characters that JSON escapes; appends nothing of another.
    private mutating func append(plain text: String) -> Bool {
        var text = text
        return text.withUTF8 { octets in
            let needsEscape = octets.contains {
                $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
            }
            if !needsEscape { bytes.append(contentsOf: octets) }
            return !needsEscape
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\"")])
        case "\\": bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\\")])
        case "\n": bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
        case "\r": bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
        case "\t": bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
        default:
            if scalar.value < 0x20 {
                let hex = "0123456789abcdef".utf8.map { $0 }
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(hex[Int(scalar.value >> 4)])
                bytes.append(hex[Int(scalar.value & 15)])
            } else if scalar.value < 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }
}
