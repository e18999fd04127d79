// SPDX-License-Identifier: Apache-2.0

import CMessages
import CProtobuf

/// What the contract says of one message, as a Swift value: for tools that know messages by name only.
///
/// Read from protobuf-c's descriptors once, when somebody first asks; no service asks.
package final class MessageSchema: Sendable {
    /// The full protobuf name, as `BinaryMessage.messageName`.
    package let name: String
    /// In the order of their numbers, which is the order they are encoded in.
    package let fields: [FieldSchema]

    init(name: String, fields: [FieldSchema]) {
        self.name = name
        self.fields = fields
    }

    package func field(named name: String) -> FieldSchema? {
        fields.first { $0.name == name || $0.jsonName == name }
    }

    package func field(number: UInt32) -> FieldSchema? { fields.first { $0.number == number } }

    package static func named(_ name: String) -> MessageSchema? { all[name] }

    /// Every message of every contract.
    package static let all: [String: MessageSchema] = {
        var found: [String: MessageSchema] = [:]
        for index in 0..<parley_descriptor_count {
            let schema = MessageSchema(reading: parley_descriptor_at(index).pointee)
            found[schema.name] = schema
        }
        return found
    }()

    private convenience init(reading c: ProtobufCMessageDescriptor) {
        let name = String(cString: c.name)
        let fields = UnsafeBufferPointer(start: c.fields, count: Int(c.n_fields))
        self.init(name: name, fields: fields.map { FieldSchema(reading: $0, in: name, all: fields) })
    }
}

/// One field of a message.
package struct FieldSchema: Sendable {
    package enum Kind: Sendable {
        case int32, sint32, sfixed32, int64, sint64, sfixed64, uint32, fixed32, uint64, fixed64, float, double, bool
        case text, bytes
        /// Bytes that hold sixteen octets of an id: the generator lets no other bytes be named `…_id` or `…_ids`.
        case identifier
        case enumeration(EnumerationSchema)
        /// By name and not by reference, so that schemas can be made in any order.
        case message(String)
    }
    package let name: String
    package let number: UInt32
    package let kind: Kind
    package let isRepeated: Bool
    /// Numbers in one run of octets.
    package let isPacked: Bool
    /// Must arrive; see `MessageCatalogue.demanded`.
    package let isDemanded: Bool
    /// The cases that exclude each other with this one, itself among them; empty outside of a `oneof`.
    package let alternatives: [String]

    /// As the JSON mapping spells it: `after_file_id` is `afterFileId`.
    package var jsonName: String {
        var out = ""
        var isUpper = false
        for letter in name {
            if letter == "_" {
                isUpper = true
            } else {
                out += isUpper ? letter.uppercased() : String(letter)
                isUpper = false
            }
        }
        return out
    }

    fileprivate init(
        reading c: ProtobufCFieldDescriptor, in message: String, all: UnsafeBufferPointer<ProtobufCFieldDescriptor>
    ) {
        name = String(cString: c.name)
        number = c.id
        isRepeated = c.label == PROTOBUF_C_LABEL_REPEATED
        isPacked = Self.has(c, PROTOBUF_C_FIELD_FLAG_PACKED)
        isDemanded = MessageCatalogue.demanded.contains("\(message).\(name)")
        alternatives =
            Self.has(c, PROTOBUF_C_FIELD_FLAG_ONEOF)
            ? all.filter { Self.has($0, PROTOBUF_C_FIELD_FLAG_ONEOF) && $0.quantifier_offset == c.quantifier_offset }
                .map { String(cString: $0.name) } : []
        kind = Self.kind(c, name: name)
    }

    private static func has(_ c: ProtobufCFieldDescriptor, _ flag: ProtobufCFieldFlag) -> Bool {
        c.flags & UInt32(flag.rawValue) != 0
    }

    private static func kind(_ c: ProtobufCFieldDescriptor, name: String) -> Kind {
        switch c.type {
        case PROTOBUF_C_TYPE_INT32: .int32
        case PROTOBUF_C_TYPE_SINT32: .sint32
        case PROTOBUF_C_TYPE_SFIXED32: .sfixed32
        case PROTOBUF_C_TYPE_INT64: .int64
        case PROTOBUF_C_TYPE_SINT64: .sint64
        case PROTOBUF_C_TYPE_SFIXED64: .sfixed64
        case PROTOBUF_C_TYPE_UINT32: .uint32
        case PROTOBUF_C_TYPE_FIXED32: .fixed32
        case PROTOBUF_C_TYPE_UINT64: .uint64
        case PROTOBUF_C_TYPE_FIXED64: .fixed64
        case PROTOBUF_C_TYPE_FLOAT: .float
        case PROTOBUF_C_TYPE_DOUBLE: .double
        case PROTOBUF_C_TYPE_BOOL: .bool
        case PROTOBUF_C_TYPE_ENUM:
            .enumeration(EnumerationSchema(c.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self).pointee))
        case PROTOBUF_C_TYPE_MESSAGE:
            .message(
                String(cString: c.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self).pointee.name))
        case PROTOBUF_C_TYPE_STRING: .text
        default: name.hasSuffix("_id") || name.hasSuffix("_ids") ? .identifier : .bytes
        }
    }
}

/// An enum's names and numbers, as the contract writes them.
package struct EnumerationSchema: Sendable {
    package let name: String
    package let values: [(name: String, number: Int32)]

    fileprivate init(_ c: ProtobufCEnumDescriptor) {
        name = String(cString: c.name)
        values = UnsafeBufferPointer(start: c.values, count: Int(c.n_values)).map {
            (String(cString: $0.name), $0.value)
        }
    }

    package func number(of name: String) -> Int32? { values.first { $0.name == name }?.number }
    package func name(of number: Int32) -> String? { values.first { $0.number == number }?.name }
}
