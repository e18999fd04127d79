// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
import Telemetry

/// Writes a message's octets as JSON, by the contract and protobuf's JSON mapping. Only what was sent is written: a
/// field that is not there has its zero, or is absent.
package struct MessageShowing {
    /// Whether texts and bytes are shown whose field's name speaks of a secret.
    private let showsSecrets: Bool
    /// Parts of field names that nobody but the receiver may see.
    private static let secrets = ["password", "secret", "token", "hash", "credential"]

    package init(showsSecrets: Bool) { self.showsSecrets = showsSecrets }

    /// One line of JSON.
    /// - Throws: When the octets are not a message of this schema, with the place at which they stopped making sense.
    package func json(_ octets: [UInt8], of schema: MessageSchema) throws(MessageJSONFailure) -> String {
        var text = JSONText()
        try write(octets[...], of: schema, at: "", depth: 0, to: &text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private func write(
        _ octets: ArraySlice<UInt8>, of schema: MessageSchema, at path: String, depth: Int, to text: inout JSONText
    ) throws(MessageJSONFailure) {
        guard depth < MessageJSONLimits.depth else { throw MessageJSONFailure(path, "is nested too deeply") }
        var found: [UInt32: [WireFields.Value]] = [:]
        var unknown = 0
        var fields = WireFields(octets)
        while !fields.isAtEnd {
            guard let (number, value) = fields.next() else {
                throw MessageJSONFailure(path, "the octets are not a \(schema.name)")
            }
            if schema.field(number: number) == nil { unknown += 1 } else { found[number, default: []].append(value) }
        }
        text.openObject()
        for field in schema.fields {
            guard let values = found[field.number], let last = values.last else { continue }
            let place = path.isEmpty ? field.jsonName : "\(path).\(field.jsonName)"
            // Of a oneof's cases the last that was sent counts; protobuf-c's reader has the same rule.
            text.name(field.jsonName)
            let writer = ElementShowing(field: field, path: place, isHidden: isHidden(field))
            if field.isRepeated {
                text.openArray()
                for value in values { try writer.elements(value, to: &text, message(depth)) }
                text.closeArray()
            } else {
                try writer.element(last, to: &text, message(depth))
            }
        }
        if unknown > 0 {
            text.name("@unknownFields")
            text.integer(unknown)
        }
        text.closeObject()
    }

    private func message(_ depth: Int) -> ElementShowing.MessageWriter {
        { octets, name, path, text throws(MessageJSONFailure) in
            guard let schema = MessageSchema.named(name) else {
                throw MessageJSONFailure(path, "no contract has \(name)")
            }
            try self.write(octets, of: schema, at: path, depth: depth + 1, to: &text)
        }
    }

    private func isHidden(_ field: FieldSchema) -> Bool {
        guard !showsSecrets else { return false }
        switch field.kind {
        case .text, .bytes: return Self.secrets.contains { field.name.contains($0) } || field.name == "key"
        default: return false
        }
    }
}

/// Writes the values of one field.
struct ElementShowing {
    typealias MessageWriter = (
        _ octets: ArraySlice<UInt8>, _ name: String, _ path: String, _ text: inout JSONText
    ) throws(MessageJSONFailure) -> Void

    let field: FieldSchema
    let path: String
    let isHidden: Bool

    /// What one occurrence of a repeated field holds: one element, or a run of packed ones.
    func elements(
        _ value: WireFields.Value, to text: inout JSONText, _ message: MessageWriter
    ) throws(MessageJSONFailure) {
        guard case .delimited(let run) = value, let size = packedSize else {
            return try element(value, to: &text, message)
        }
        var rest = WireFields(run)
        while !rest.isAtEnd {
            let next: WireFields.Value?
            switch size {
            case 8: next = rest.fixed(8).map { .fixed64($0) }
            case 4: next = rest.fixed(4).map { .fixed32(UInt32(truncatingIfNeeded: $0)) }
            default: next = rest.varint().map { .varint($0) }
            }
            guard let next else { throw wrong }
            try element(next, to: &text, message)
        }
    }

    /// Octets of a number in a packed run, 0 for varints; nil for what is never packed.
    private var packedSize: Int? {
        switch field.kind {
        case .text, .bytes, .identifier, .message: nil
        case .fixed64, .sfixed64, .double: 8
        case .fixed32, .sfixed32, .float: 4
        default: 0
        }
    }

    private var wrong: MessageJSONFailure { MessageJSONFailure(path, "the octets are of another kind of field") }

    func element(
        _ value: WireFields.Value, to text: inout JSONText, _ message: MessageWriter
    ) throws(MessageJSONFailure) {
        switch (field.kind, value) {
        case (.message(let name), .delimited(let octets)): try message(octets, name, path, &text)
        case (.text, .delimited), (.bytes, .delimited): try content(value, to: &text)
        case (.identifier, .delimited(let octets)):
            guard let id = UUIDv7(bytes: octets) else { throw MessageJSONFailure(path, "an id has sixteen octets") }
            text.string(id.description)
        case (.bool, .varint(let number)): text.bool(number != 0)
        case (.enumeration(let schema), .varint(let number)):
            let number = Int32(truncatingIfNeeded: number)
            if let name = schema.name(of: number) { text.string(name) } else { text.integer(number) }
        // As the mapping wants it, 64 bits travel as text: a double holds 53 of them.
        case (.int64, .varint(let number)): text.string("\(Int64(bitPattern: number))")
        case (.uint64, .varint(let number)): text.string("\(number)")
        case (.sint64, .varint(let number)): text.string("\(Self.unzigzag(number))")
        case (.int32, .varint(let number)): text.integer(Int32(truncatingIfNeeded: number))
        case (.uint32, .varint(let number)): text.integer(UInt32(truncatingIfNeeded: number))
        case (.sint32, .varint(let number)):
            text.integer(Self.unzigzag(UInt64(UInt32(truncatingIfNeeded: number))))
        case (.fixed64, .fixed64(let number)): text.string("\(number)")
        case (.sfixed64, .fixed64(let number)): text.string("\(Int64(bitPattern: number))")
        case (.fixed32, .fixed32(let number)): text.integer(number)
        case (.sfixed32, .fixed32(let number)): text.integer(Int32(bitPattern: number))
        case (.double, .fixed64(let bits)): decimal(Double(bitPattern: bits), to: &text)
        case (.float, .fixed32(let bits)): decimal(Float(bitPattern: bits), to: &text)
        default: throw wrong
        }
    }

    private static func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(value & 1) }

    private func content(_ value: WireFields.Value, to text: inout JSONText) throws(MessageJSONFailure) {
        guard case .delimited(let octets) = value else { throw wrong }
        if isHidden { return text.string("(\(octets.count) octets, not shown)") }
        if case .bytes = field.kind {
            return text.string(String(decoding: Base64.encode(Array(octets)), as: UTF8.self))
        }
        guard let valid = String(validating: octets, as: UTF8.self) else {
            throw MessageJSONFailure(path, "the text is not UTF-8")
        }
        text.string(valid)
    }

    /// The shortest text that reads back the same; what JSON has no number for is a word.
    private func decimal(_ value: some BinaryFloatingPoint & CustomStringConvertible, to text: inout JSONText) {
        if value.isNaN { return text.string("NaN") }
        if value.isInfinite { return text.string(value > 0 ? "Infinity" : "-Infinity") }
        text.json(value.description)
    }
}
