// SPDX-License-Identifier: Apache-2.0

import CShims
import Primitives
import TestKit
import Testing

@testable import Messages

/// Goal: bytes from outside cost a refusal, never a trap and never unbounded memory.
@Suite struct HostileInputTests {
    @Test func truncatedBytesNeverTrap() {
        var maker = WireMaker(seed: 21)
        for type in MessageCatalogue.all {
            let wire = maker.message(type.messageName)
            for end in wire.indices { Self.attempt(type, Array(wire[..<end])) }
        }
    }

    @Test(arguments: [31, 32, 33] as [UInt64])
    func mutatedBytesNeverTrap(seed: UInt64) {
        var maker = WireMaker(seed: seed)
        var random = SeededRandomness(seed: seed)
        for type in MessageCatalogue.all {
            for _ in 0..<60 {
                var wire = maker.message(type.messageName)
                for _ in 0..<Int.random(in: 1...4, using: &random) { Self.mutate(&wire, &random) }
                Self.attempt(type, wire)
            }
        }
    }

    private static func mutate(_ wire: inout [UInt8], _ random: inout SeededRandomness) {
        let at = Int.random(in: 0...wire.count, using: &random)
        switch Int.random(in: 0...4, using: &random) {
        case 0 where at < wire.count: wire[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 1 where at < wire.count: wire.remove(at: at)
        case 2: wire.insert(UInt8.random(in: 0...255, using: &random), at: at)
        case 3: wire.append(contentsOf: wire)  // every field twice: scalars are replaced, messages merged
        default: wire.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], at: at)
        }
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededRandomness(seed: 41)
        for type in MessageCatalogue.all {
            for _ in 0..<100 {
                let count = Int.random(in: 0...120, using: &random)
                Self.attempt(type, random.bytes(count: count))
            }
        }
    }

    /// Decodes; when it is taken for a message, it must survive being sent on.
    private static func attempt<M: BinaryMessage>(_ type: M.Type, _ wire: [UInt8]) {
        guard let message = try? wire.withUnsafeBytes({ bytes in try M(decoding: bytes) }) else { return }
        let encoded = message.withEncoded { Array($0) }
        let again = try? encoded.withUnsafeBytes { bytes in try M(decoding: bytes) }
        #expect(again.map { portrait($0) } == portrait(message))
    }

    @Test(arguments: [0, 1, 40, 200, 1_000, 4_000])
    func anEmptyPurseIsARefusalWhereverItShows(budget: Int) {
        var maker = WireMaker(seed: 51)
        for type in MessageCatalogue.all {
            guard let packed = type as? any PackedMessage.Type else { continue }
            for _ in 0..<5 { Self.starve(packed, maker.message(type.messageName), upTo: budget) }
        }
    }

    /// Every way to run out between nothing and `budget`, in steps of the arena's alignment.
    private static func starve<M: PackedMessage>(_ type: M.Type, _ wire: [UInt8], upTo budget: Int) {
        for few in stride(from: max(0, budget - 400), through: budget, by: 8) {
            let result = wire.withUnsafeBytes { bytes in
                Result { () throws(DecodeFailure) in try M.unpacked(from: bytes, budget: few) }
            }
            guard case .failure(let failure) = result else { continue }
            #expect(failure.reason == .tooLarge, "\(failure) with \(few) bytes")
        }
    }

    @Test func lengthsBeyondTheBytesAreMalformed() {
        for length in [5, 127, 1 << 20, 1 << 31 - 1, 1 << 31, 1 << 35] as [UInt64] {
            let wire = [0x12] + WireMaker.varint(length) + [1, 2, 3, 4]
            #expect(Self.refusal(PromptMessage.self, wire) == .malformed)
        }
    }

    @Test func smallBytesThatExpandBeyondTheBudgetAreTooLarge() {
        // Two bytes each on the wire, a struct of about a hundred in memory.
        let items = Array(repeating: [0x0A, 0x00] as [UInt8], count: 2 << 20).flatMap { $0 }
        #expect(Self.refusal(ListWorkersReply.self, items) == .tooLarge)
        #expect(parley_arena_reserved() <= 256 * 1024)
    }

    @Test func unknownFieldsCountAgainstTheBudgetToo() {
        let unknown = Array(repeating: [0xC0, 0x3E, 0x01] as [UInt8], count: 1 << 20).flatMap { $0 }
        #expect(Self.refusal(LogoutReply.self, unknown) == .tooLarge)
        #expect(parley_arena_reserved() <= 256 * 1024)
    }

    @Test func textThatIsNotUTF8IsRefused() {
        for bad in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80]] as [[UInt8]] {
            let wire = [0x12, UInt8(bad.count)] + bad
            #expect(Self.refusal(PromptMessage.self, wire) == .invalidText)
        }
    }

    @Test func aNULInsideATextIsRefused() {
        for bad in [[0], [0, 65], [65, 0], [65, 0, 66]] as [[UInt8]] {
            let wire = [0x12, UInt8(bad.count)] + bad
            #expect(Self.refusal(PromptMessage.self, wire) == .invalidText)
            #expect(Self.refusal(EmbedRequest.self, wire) == .invalidText, "in a repeated text")
        }
    }

    @Test func anIDIsSixteenBytesAndThere() {
        #expect(Self.refusal(CancelTurnRequest.self, []) == .missingField)
        for count in [0, 1, 15, 17, 32] {
            let wire = [0x0A, UInt8(count)] + [UInt8](repeating: 7, count: count)
            #expect(Self.refusal(CancelTurnRequest.self, wire) == .badIdentifier)
        }
        #expect(Self.refusal(CancelTurnRequest.self, [0x0A, 16] + [UInt8](repeating: 7, count: 16)) == nil)
        #expect(Self.refusal(FindPassagesRequest.self, [0x1A, 1, 7]) == .badIdentifier, "in a list of ids")
    }

    @Test func aNestedMessageThatIsDemandedMustBeThere() {
        #expect(Self.refusal(GenerateFinished.self, []) == .missingField)
        #expect(Self.refusal(GenerateFinished.self, [0x12, 0x00]) == nil)
    }

    @Test func theRefusalNamesMessageAndFieldAndNothingElse() {
        let wire: [UInt8] = [0x12, 0x03, 0x61, 0x00, 0x62]
        #expect(throws: DecodeFailure(.invalidText, message: "parley.common.v1.PromptMessage", field: "content")) {
            try wire.withUnsafeBytes { bytes in try PromptMessage(decoding: bytes) }
        }
    }

    @Test func fieldsOfANewerPeerAreIgnored() throws {
        let newer: [UInt8] = [0xC0, 0x3E, 0x2A, 0x12, 0x02, 0x68, 0x69, 0xCA, 0x3E, 0x02, 0xFF, 0x00]
        let message = try newer.withUnsafeBytes { bytes in try PromptMessage(decoding: bytes) }
        #expect(message == PromptMessage(content: "hi"))
    }

    @Test func enumNumbersOfANewerPeerAreKept() throws {
        let newer: [UInt8] = [0x08, 0x2A]
        let verdict = try newer.withUnsafeBytes { bytes in try Verdict(decoding: bytes) }
        #expect(verdict.action == VerdictAction(rawValue: 42))
        #expect(verdict.action.description == "number_42")
        #expect(verdict.withEncoded { Array($0) } == newer)
    }

    @Test func aCaseOfANewerPeerIsNoCase() throws {
        let newer: [UInt8] = [0xF2, 0x01, 0x00]  // number 30, which TurnEvent does not know
        #expect(try newer.withUnsafeBytes { bytes in try TurnEvent(decoding: bytes) }.kind == nil)
    }

    private static func refusal<M: BinaryMessage>(_ type: M.Type, _ wire: [UInt8]) -> DecodeFailure.Reason? {
        let result = wire.withUnsafeBytes { bytes in
            Result { () throws(DecodeFailure) in try M(decoding: bytes) }
        }
        guard case .failure(let failure) = result else { return nil }
        return failure.reason
    }
}
