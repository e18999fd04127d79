// SPDX-License-Identifier: Apache-2.0

import Primitives
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
        #expect(result.size == 64)
    }

    @Test func aLongerPrefaceOfALaterMinorVersionIsUnderstood() throws {
        var bytes = Preface(limits: .standard).bytes + [1, 2, 3, 4]
        bytes[4] = 68
        bytes[7] = 9
        let result = try #require(try read(bytes + [99]))
        #expect(result.size == 68)
        #expect(result.preface.minor == 9)
    }

    @Test func aPrefaceOfMinorVersionZeroHasNoZone() throws {
        let zone = try #require(Zone("a"))
        var bytes = Array(Preface(limits: .standard, zone: zone).bytes[..<32])
        bytes[4] = 32
        bytes[7] = 0
        let result = try #require(try read(bytes + [0x61, 0x62]))
        #expect(result.size == 32)
        #expect(result.preface.zone == .unknown)
    }

    @Test(arguments: ["", "a", "eu-central-1b", "zwölf", String(repeating: "x", count: 32)])
    func aZoneIsReadBack(_ name: String) throws {
        let zone = try #require(Zone(name))
        #expect(try read(Preface(limits: .standard, zone: zone).bytes)?.preface.zone == zone)
    }

    @Test func aZoneThatIsNoTextIsRefused() {
        #expect(Zone(String(repeating: "x", count: 33)) == nil)
        #expect(Zone("a\nb") == nil)
        for (at, octets) in [(32, [0xFF]), (32, [97, 0, 98]), (32, [10]), (63, [97])] as [(Int, [UInt8])] {
            var bytes = Preface(limits: .standard).bytes
            bytes.replaceSubrange(at..<at + octets.count, with: octets)
            #expect(throws: WireViolation(.badPreface)) { _ = try read(bytes) }
        }
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
