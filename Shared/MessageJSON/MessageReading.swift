// SPDX-License-Identifier: Apache-2.0

package import Messages
package import Primitives
import Settings

/// Makes a message's octets from JSON, by the contract and protobuf's JSON mapping
/// (https://protobuf.dev/programming-guides/json/). Docs/Tools.md says where the two differ.
package enum MessageReading {
    /// The octets a peer is sent: as the suite's own encoder writes them, zeros left out.
    /// - Throws: With the place in the document. Ids and messages that must arrive are demanded here already.
    package static func octets(_ json: String, of type: any BinaryMessage.Type) throws(MessageJSONFailure) -> [UInt8] {
        guard let schema = MessageSchema.named(type.messageName) else {
            throw MessageJSONFailure("", "no contract has the message \(type.messageName)")
        }
        let octets = try octets(try document(json), of: schema)
        return try canonical(octets, as: type)
    }

    /// A document within its bounds; what is no JSON is refused with its line and column.
    package static func document(_ json: String) throws(MessageJSONFailure) -> JSONValue {
        guard json.utf8.count <= MessageJSONLimits.documentBytes else {
            throw MessageJSONFailure("", "the document has more than \(MessageJSONLimits.documentBytes) octets")
        }
        do {
            return try JSONReader.read(json)
        } catch {
            let before = json.utf8.prefix(error.offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
            throw MessageJSONFailure("", "line \(line), column \(column): \(error.reason.rawValue)")
        }
    }

    /// The fields of `value` and nothing else: zeros that are written down are sent.
    package static func octets(
        _ value: JSONValue, of schema: MessageSchema, at path: String = ""
    ) throws(MessageJSONFailure) -> [UInt8] {
        guard case .object(let object) = value else {
            throw MessageJSONFailure(path, "expected an object of \(schema.name), found \(value.kind)")
        }
        var given: [UInt32: JSONValue] = [:]
        var chosen: [String: String] = [:]  // by the first case of each oneof, the case that is set
        for member in object.members {
            let place = path.isEmpty ? echo(member.name) : "\(path).\(echo(member.name))"
            guard let field = schema.field(named: member.name) else {
                throw MessageJSONFailure(place, unknown(member.name, in: schema))
            }
            guard given[field.number] == nil else { throw MessageJSONFailure(place, "is given twice") }
            given[field.number] = member.value
            guard case .null = member.value else {
                if let group = field.alternatives.first {
                    if let other = chosen.updateValue(field.jsonName, forKey: group) {
                        throw MessageJSONFailure(place, "excludes \(other), which is given too")
                    }
                }
                continue
            }
        }
        var out: [UInt8] = []
        for field in schema.fields {
            // As the mapping wants it, null is a field that is not there.
            guard let value = given[field.number], value != .null else { continue }
            let place = path.isEmpty ? field.jsonName : "\(path).\(field.jsonName)"
            try FieldWriter(field: field).write(value, at: place, to: &out)
        }
        return out
    }

    /// Reads the octets as the suite does and writes them again: what must be there is, and zeros are not.
    private static func canonical(
        _ octets: [UInt8], as type: any BinaryMessage.Type
    ) throws(MessageJSONFailure) -> [UInt8] {
        do {
            let message = try octets.withUnsafeBytes { try type.init(decoding: $0) }
            let out = message.withEncoded { Array($0) }
            guard out.count <= MessageJSONLimits.messageBytes else {
                throw MessageJSONFailure("", "the message has \(out.count) octets, more than the protocol carries")
            }
            return out
        } catch let failure as DecodeFailure {
            throw MessageJSONFailure("", explained(failure))
        } catch {
            throw error as? MessageJSONFailure ?? MessageJSONFailure("", "\(error)")
        }
    }

    private static func explained(_ failure: DecodeFailure) -> String {
        let field = MessageSchema.named(failure.message)?.field(named: failure.field)
        guard failure.reason == .missingField, let field else { return "\(failure)" }
        return "\(field.jsonName) of \(failure.message) is missing and must be there"
    }

    private static func unknown(_ name: String, in schema: MessageSchema) -> String {
        let names = schema.fields.map(\.jsonName)
        let hint = NearestName.hint(for: name, among: names).map { "; did you mean \($0)?" }
        let list = names.isEmpty ? "; it has no fields" : "; it has \(names.joined(separator: ", "))"
        return "\(schema.name) has no such field" + (hint ?? list)
    }

    static func echo(_ text: String) -> String {
        text.count > MessageJSONLimits.echo ? text.prefix(MessageJSONLimits.echo) + "…" : text
    }
}
