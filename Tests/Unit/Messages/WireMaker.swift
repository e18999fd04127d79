// SPDX-License-Identifier: Apache-2.0

import CMessages
import TestKit

/// Random valid encodings of any message, made from protobuf-c's descriptors by a writer of its own: it shares no code
/// with what it tests.
struct WireMaker {
    var random: SeededRandomness

    /// Where each message's descriptor stands in the generated list.
    static let places: [String: Int32] = {
        var found: [String: Int32] = [:]
        for index in 0..<parley_descriptor_count {
            found[String(cString: parley_descriptor_at(index).pointee.name)] = index
        }
        return found
    }()

    init(seed: UInt64) { random = SeededRandomness(seed: seed) }

    /// One message in which most fields are set; ids always, and nested messages always, because some are demanded.
    mutating func message(_ name: String) -> [UInt8] {
        guard let place = Self.places[name] else { return [] }
        return message(parley_descriptor_at(place))
    }

    private mutating func message(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> [UInt8] {
        var out: [UInt8] = []
        var chosen: [UInt32: UInt32] = [:]  // the field picked in each oneof, by where its case is kept
        let count = Int(descriptor.pointee.n_fields)
        for index in 0..<count {
            let field = descriptor.pointee.fields[index]
            if field.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0 {
                let cases = (0..<count).map { descriptor.pointee.fields[$0] }
                    .filter { $0.quantifier_offset == field.quantifier_offset }.map(\.id)
                let pick = chosen[field.quantifier_offset] ?? cases.randomElement(using: &random)
                chosen[field.quantifier_offset] = pick
                if pick == field.id { out += single(field) }
            } else if field.label == PROTOBUF_C_LABEL_REPEATED {
                for _ in 0..<Int.random(in: 0...3, using: &random) { out += single(field) }
            } else if field.type == PROTOBUF_C_TYPE_MESSAGE || isIdentifier(field) || Bool.random(using: &random) {
                out += single(field)
            }
        }
        return out
    }

    private func isIdentifier(_ field: ProtobufCFieldDescriptor) -> Bool {
        let name = String(cString: field.name)
        return field.type == PROTOBUF_C_TYPE_BYTES && (name.hasSuffix("_id") || name.hasSuffix("_ids"))
    }

    /// The field with its tag. Repeated numbers are sent one by one, which a reader must take as well as packed ones.
    private mutating func single(_ field: ProtobufCFieldDescriptor) -> [UInt8] {
        switch field.type {
        case PROTOBUF_C_TYPE_STRING:
            let text = String(repeating: "aé🙂 ", count: Int.random(in: 0...6, using: &random))
            return delimited(field.id, Array(text.utf8))
        case PROTOBUF_C_TYPE_BYTES:
            let count = isIdentifier(field) ? 16 : Int.random(in: 0...40, using: &random)
            return delimited(field.id, random.bytes(count: count))
        case PROTOBUF_C_TYPE_MESSAGE:
            let inner = UnsafeRawPointer(field.descriptor).assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            return delimited(field.id, message(inner))
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE:
            return Self.varint(UInt64(field.id) << 3 | 1) + random.bytes(count: 8)
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT:
            return Self.varint(UInt64(field.id) << 3 | 5) + random.bytes(count: 4)
        case PROTOBUF_C_TYPE_BOOL, PROTOBUF_C_TYPE_ENUM:
            return Self.varint(UInt64(field.id) << 3) + [UInt8.random(in: 0...1, using: &random)]
        default:
            let value = random.next() >> UInt64.random(in: 0...63, using: &random)
            return Self.varint(UInt64(field.id) << 3) + Self.varint(value)
        }
    }

    private func delimited(_ number: UInt32, _ bytes: [UInt8]) -> [UInt8] {
        Self.varint(UInt64(number) << 3 | 2) + Self.varint(UInt64(bytes.count)) + bytes
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        var out: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return out + [UInt8(rest)]
    }
}
