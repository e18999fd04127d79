// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import TestKit
import Testing

@Suite struct RoundTripTests {
    @Test func everyMessageComesBackAsItLeft() throws {
        var maker = WireMaker(seed: 11)
        for type in MessageCatalogue.all {
            for _ in 0..<20 { try Self.comesBack(type, maker.message(type.messageName)) }
        }
    }

    private static func comesBack<M: BinaryMessage>(_ type: M.Type, _ wire: [UInt8]) throws {
        let first = try wire.withUnsafeBytes { bytes in try M(decoding: bytes) }
        let encoded = first.withEncoded { Array($0) }
        let second = try encoded.withUnsafeBytes { bytes in try M(decoding: bytes) }
        #expect(portrait(first) == portrait(second))
        #expect(second.withEncoded { Array($0) } == encoded)
    }

    @Test func everyDescriptorHasItsSwiftType() {
        #expect(Set(WireMaker.places.keys) == Set(MessageCatalogue.all.map { $0.messageName }))
    }

    @Test func defaultsTakeNoBytes() {
        #expect(PromptMessage().withEncoded { $0.count } == 0)
        #expect(LoadReport().withEncoded { $0.count } == 0)
    }

    @Test func absentAndZeroAreDifferentWhereTheContractSaysSo() throws {
        let absent = Sampling()
        let zero = Sampling(temperature: 0, seed: 0)
        #expect(absent.withEncoded { $0.count } == 0)
        let back = try Self.again(zero)
        #expect(back.temperature == 0 && back.seed == 0 && back.topP == nil && back.topK == nil)
    }

    @Test func textsKeepEveryCharacterAndLoseOnlyNUL() throws {
        let text = "é 🙂 \u{10FFFF} line\r\nfeed \u{FEFF}"
        #expect(try Self.again(PromptMessage(content: text)).content == text)
        #expect(try Self.again(PromptMessage(content: "a\0b")).content == "a\u{FFFD}b")
    }

    @Test func oneMessageCanBeReadWhileAnotherIsShown() throws {
        let outer = PromptMessage(role: "user", content: String(repeating: "long ", count: 100_000))
        let inner = try outer.withEncoded { bytes in
            let copy = try PromptMessage(decoding: bytes)
            let nested = try copy.withEncoded { try PromptMessage(decoding: $0) }
            // The outer bytes must have outlived everything that was allocated behind them.
            let again = try PromptMessage(decoding: bytes)
            return nested == again ? again : PromptMessage()
        }
        #expect(inner == outer)
    }

    static func again<M: BinaryMessage>(_ message: M) throws -> M {
        try message.withEncoded { try M(decoding: $0) }
    }
}
