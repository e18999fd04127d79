// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import Settings

/// Encodes one field's JSON value, single or a list.
struct FieldWriter {
    let field: FieldSchema

    func write(_ value: JSONValue, at path: String, to out: inout [UInt8]) throws(MessageJSONFailure) {
        guard field.isRepeated else {
            WireOctets.tag(field.number, wireType, to: &out)
            return try element(value, at: path, to: &out)
        }
        guard case .array(let items) = value else { throw wrong("an array", value, path) }
        if field.isPacked {
            guard !items.isEmpty else { return }
            var run: [UInt8] = []
            for (index, item) in items.enumerated() { try element(item, at: "\(path)[\(index)]", to: &run) }
            WireOctets.tag(field.number, 2, to: &out)
            return WireOctets.delimited(run, to: &out)
        }
        for (index, item) in items.enumerated() {
            WireOctets.tag(field.number, wireType, to: &out)
            try element(item, at: "\(path)[\(index)]", to: &out)
        }
    }

    private var wireType: UInt64 {
        switch field.kind {
        case .int32, .sint32, .int64, .sint64, .uint32, .uint64, .bool, .enumeration: 0
        case .fixed64, .sfixed64, .double: 1
        case .text, .bytes, .identifier, .message: 2
        case .fixed32, .sfixed32, .float: 5
        }
    }

    private func element(_ value: JSONValue, at path: String, to out: inout [UInt8]) throws(MessageJSONFailure) {
        switch field.kind {
        case .int32, .sint32, .sfixed32, .int64, .sint64, .sfixed64, .uint32, .fixed32, .uint64, .fixed64:
            try integer(value, at: path, to: &out)
        case .float, .double: try decimal(value, at: path, to: &out)
        case .bool:
            guard case .bool(let flag) = value else { throw wrong("true or false", value, path) }
            out.append(flag ? 1 : 0)
        case .enumeration(let schema):
            WireOctets.varint(UInt64(bitPattern: Int64(try enumeration(value, schema, path))), to: &out)
        case .text:
            guard case .string(let text) = value else { throw wrong("a string", value, path) }
            WireOctets.delimited(Array(text.utf8), to: &out)
        case .bytes:
            guard case .string(let text) = value else { throw wrong("a string of base64", value, path) }
            guard let bytes = Base64.decode(text) else { throw MessageJSONFailure(path, "is not base64") }
            WireOctets.delimited(bytes, to: &out)
        case .identifier:
            guard case .string(let text) = value, let id = UUIDv7(text) else {
                throw wrong("an id as 8-4-4-4-12 hex digits", value, path)
            }
            WireOctets.delimited(id.bytes, to: &out)
        case .message(let name):
            guard let schema = MessageSchema.named(name) else {
                throw MessageJSONFailure(path, "no contract has \(name)")
            }
            WireOctets.delimited(try MessageReading.octets(value, of: schema, at: path), to: &out)
        }
    }

    private func wrong(_ expected: String, _ value: JSONValue, _ path: String) -> MessageJSONFailure {
        MessageJSONFailure(path, "expected \(expected), found \(value.kind)")
    }

    // MARK: Numbers

    private func integer(_ value: JSONValue, at path: String, to out: inout [UInt8]) throws(MessageJSONFailure) {
        switch field.kind {
        case .int32: WireOctets.varint(UInt64(bitPattern: Int64(try exact(value, Int32.self, path))), to: &out)
        case .int64: WireOctets.varint(UInt64(bitPattern: try exact(value, Int64.self, path)), to: &out)
        case .uint32: WireOctets.varint(UInt64(try exact(value, UInt32.self, path)), to: &out)
        case .uint64: WireOctets.varint(try exact(value, UInt64.self, path), to: &out)
        case .sint32: WireOctets.varint(zigzag(Int64(try exact(value, Int32.self, path))), to: &out)
        case .sint64: WireOctets.varint(zigzag(try exact(value, Int64.self, path)), to: &out)
        case .fixed32: WireOctets.fixed(UInt64(try exact(value, UInt32.self, path)), size: 4, to: &out)
        case .sfixed32:
            WireOctets.fixed(UInt64(UInt32(bitPattern: try exact(value, Int32.self, path))), size: 4, to: &out)
        case .fixed64: WireOctets.fixed(try exact(value, UInt64.self, path), size: 8, to: &out)
        default: WireOctets.fixed(UInt64(bitPattern: try exact(value, Int64.self, path)), size: 8, to: &out)
        }
    }

    private func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    /// An integer as a number or as a string of one; `16.0` and `1e3` are integers too.
    private func exact<T: FixedWidthInteger>(
        _ value: JSONValue, _ type: T.Type, _ path: String
    ) throws(MessageJSONFailure) -> T {
        let outOfRange = MessageJSONFailure(path, "is not within \(T.min) … \(T.max)")
        switch value {
        case .integer(let number):
            guard let number = T(exactly: number) else { throw outOfRange }
            return number
        case .decimal(let number):
            guard number.rounded() == number else {
                throw MessageJSONFailure(path, "expected an integer, found a fraction")
            }
            // A larger one has lost digits on its way through a double already.
            guard number.magnitude < 9_007_199_254_740_992 else {
                throw MessageJSONFailure(path, "is too large to be exact as a JSON number; write it as a string")
            }
            guard let number = T(exactly: number) else { throw outOfRange }
            return number
        case .string(let text):
            if let number = T(text), !text.hasPrefix("+") { return number }
            let isNumber = !text.isEmpty && text.drop { $0 == "-" }.allSatisfy { ("0"..."9").contains($0) }
            throw isNumber && text.count <= 40
                ? outOfRange : MessageJSONFailure(path, "expected an integer, found text")
        default: throw wrong("an integer", value, path)
        }
    }

    private func decimal(_ value: JSONValue, at path: String, to out: inout [UInt8]) throws(MessageJSONFailure) {
        let number: Double
        switch value {
        case .integer(let given): number = Double(given)
        case .decimal(let given): number = given
        case .string("NaN"): number = .nan
        case .string("Infinity"): number = .infinity
        case .string("-Infinity"): number = -.infinity
        case .string(let text):
            guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
                let given = Double(text), given.isFinite
            else { throw MessageJSONFailure(path, "expected a number, found text") }
            number = given
        default: throw wrong("a number", value, path)
        }
        guard case .float = field.kind else { return WireOctets.fixed(number.bitPattern, size: 8, to: &out) }
        let narrow = Float(number)
        guard narrow.isFinite || !number.isFinite else {
            throw MessageJSONFailure(path, "is beyond a float's largest number")
        }
        WireOctets.fixed(UInt64(narrow.bitPattern), size: 4, to: &out)
    }

    private func enumeration(
        _ value: JSONValue, _ schema: EnumerationSchema, _ path: String
    ) throws(MessageJSONFailure) -> Int32 {
        guard case .string(let name) = value else { return try exact(value, Int32.self, path) }
        if let number = schema.number(of: name) { return number }
        let names = schema.values.map(\.name)
        let hint = NearestName.hint(for: name, among: names).map { "; did you mean \($0)?" }
        throw MessageJSONFailure(
            path,
            "\(schema.name) has no value \(MessageReading.echo(name))"
                + (hint ?? "; it has \(names.joined(separator: ", "))"))
    }
}
