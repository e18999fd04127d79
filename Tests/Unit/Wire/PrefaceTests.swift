// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct PrefaceTests {
    private func read(_ bytes: [UInt8]) throws(WireViolation) -> (preface: Preface, size: Int)? {
        let result = bytes.withUnsafeBytes { raw in
            Result { () throws(WireViolation) in try Preface.read(raw) }
        }
        return try result.get()
    }

    @Test func aPrefaceIsReadBack() throws {
        var preface = Preface(limits: .standard)
        preface.features = 0xF0F0
        let result = try #require(try read(preface.bytes))
        #expect(result.preface == preface)
        #expect(result.size == 32)
    }

    @Test func aLongerPrefaceOfALaterMinorVersionIsUnderstood() throws {
        var bytes = Preface(limits: .standard).bytes + [1, 2, 3, 4]
        bytes[4] = 36
        bytes[7] = 9
        let result = try #require(try read(bytes + [99]))
        #expect(result.size == 36)
        #expect(result.preface.minor == 9)
    }

    @Test func everyBeginningNeedsMore() throws {
        let bytes = Preface(limits: .standard).bytes
        for count in 0..<bytes.count { #expect(try read(Array(bytes[..<count])) == nil) }
    }

    @Test func aStrangerIsTurnedAwayAtItsFirstOctet() {
        #expect(throws: WireViolation(.badMagic)) { _ = try read(Array("GET / HTTP/1.1".utf8)) }
        #expect(throws: WireViolation(.badMagic)) { _ = try read([0x50, 0x53]) }
    }

    @Test func impossibleValuesAreRefused() {
        func with(_ at: Int, _ values: [UInt8]) -> [UInt8] {
            var bytes = Preface(limits: .standard).bytes
            bytes.replaceSubrange(at..<at + values.count, with: values)
            return bytes
        }
        #expect(throws: WireViolation(.versionMismatch)) { _ = try read(with(6, [2])) }
        #expect(throws: WireViolation(.badPreface)) { _ = try read(with(4, [31, 0])) }
        #expect(throws: WireViolation(.badPreface)) { _ = try read(with(4, [0xFF, 0xFF])) }
        #expect(throws: WireViolation(.badPreface)) { _ = try read(with(12, [1, 0, 0, 0])) }
        #expect(throws: WireViolation(.badPreface)) { _ = try read(with(16, [0, 0, 0, 0])) }
        #expect(throws: WireViolation(.badPreface)) { _ = try read(with(20, [0xFF, 0xFF, 0xFF, 0xFF])) }
    }
}
