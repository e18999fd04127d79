// SPDX-License-Identifier: Apache-2.0

import MessageJSON
import Messages
import Primitives
import TestKit
import Testing

/// Goal: JSON says all that octets say, for every message of every contract.
/// Method: random messages by seed, made from the contract's schema as JSON; what the suite encodes of them becomes
/// JSON again and octets again, which must be the same.
@Suite struct RoundTripTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func everyMessageComesBack(seed: UInt64) throws {
        var maker = RandomJSON(seed: seed)
        for type in MessageCatalogue.all {
            let schema = try #require(MessageSchema.named(type.messageName))
            for _ in 0..<20 {
                let octets = try MessageReading.octets(maker.object(of: schema), of: type)
                let shown = try MessageShowing(showsSecrets: true).json(octets, of: schema)
                #expect(try MessageReading.octets(shown, of: type) == octets, "\(shown)")
                // What was written down alone is the same: nothing was lost and refilled by the suite's own reader.
                #expect(try MessageReading.octets(MessageReading.document(shown), of: schema) == octets, "\(shown)")
            }
        }
    }

    /// Goal: no octets make the tool trap. Method: valid ones with seeded mutations, and all their beginnings.
    @Test(arguments: [11, 12] as [UInt64])
    func mutatedOctetsAreShownOrRefused(seed: UInt64) throws {
        var maker = RandomJSON(seed: seed)
        var random = SeededRandomness(seed: seed)
        var refused = 0
        for type in MessageCatalogue.all {
            let schema = try #require(MessageSchema.named(type.messageName))
            let octets = try MessageReading.octets(maker.object(of: schema), of: type)
            for _ in 0..<40 where !octets.isEmpty {
                var changed = octets
                changed[Int.random(in: 0..<changed.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
                changed.removeLast(Int.random(in: 0..<changed.count, using: &random) / 4)
                guard let json = try? MessageShowing(showsSecrets: true).json(changed, of: schema) else {
                    refused += 1
                    continue
                }
                _ = try JSONReader.read(json.replacing("\\u0000", with: ""))
            }
        }
        #expect(refused > 100)
    }
}

/// JSON of random messages, from the schema alone.
struct RandomJSON {
    var random: SeededRandomness
    init(seed: UInt64) { random = SeededRandomness(seed: seed) }

    mutating func object(of schema: MessageSchema) -> String {
        var members: [String] = []
        var chosen: [String: String] = [:]
        for field in schema.fields {
            if let group = field.alternatives.first {
                let pick = chosen[group] ?? field.alternatives.randomElement(using: &random) ?? ""
                chosen[group] = pick
                guard pick == field.name else { continue }
            } else if !field.isDemanded, Bool.random(using: &random) {
                continue
            }
            // Both spellings are read.
            let name = Bool.random(using: &random) ? field.name : field.jsonName
            let count = Int.random(in: 0...3, using: &random)
            let value =
                field.isRepeated
                ? "[" + (0..<count).map { _ in self.value(field.kind) }.joined(separator: ",") + "]"
                : self.value(field.kind)
            members.append("\"\(name)\":\(value)")
        }
        return "{" + members.shuffled(using: &random).joined(separator: ", ") + "}"
    }

    private mutating func value(_ kind: FieldSchema.Kind) -> String {
        switch kind {
        case .int32, .sint32, .sfixed32: "\(Int32(truncatingIfNeeded: random.next()))"
        case .uint32, .fixed32: "\(UInt32(truncatingIfNeeded: random.next()))"
        case .int64, .sint64, .sfixed64: "\"\(Int64(bitPattern: random.next()))\""
        case .uint64, .fixed64: "\"\(random.next())\""
        case .float, .double:
            ["0.1", "-2.5e-3", "7", "\"NaN\"", "\"-Infinity\"", "-0.0", "\"1.5\""].randomElement(using: &random) ?? "0"
        case .bool: Bool.random(using: &random) ? "true" : "false"
        case .text: ["\"\"", #""a\n\"é\ud83d\ude00\\""#, "\"plain\""].randomElement(using: &random) ?? "\"\""
        case .bytes:
            "\""
                + String(
                    decoding: Base64.encode(random.bytes(count: Int.random(in: 0...9, using: &random))), as: UTF8.self)
                + "\""
        case .identifier: "\"\(UUIDv7(high: random.next(), low: random.next()))\""
        case .enumeration(let schema):
            Bool.random(using: &random) ? "\"\(schema.values[schema.values.count - 1].name)\"" : "1"
        case .message(let name): MessageSchema.named(name).map { object(of: $0) } ?? "{}"
        }
    }
}
