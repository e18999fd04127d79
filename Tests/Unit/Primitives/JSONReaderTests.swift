// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

struct JSONReaderTests {
    @Test func valuesOfEveryKindAreRead() throws {
        let value = try JSONReader.read(#" {"a":[1,-2.5e3,"x",true,false,null],"b":{},"c":[]} "#)
        #expect(
            value
                == .object(
                    JSONObject([
                        .init(
                            name: "a",
                            value: .array([
                                .integer(1), .decimal(-2500), .string("x"), .bool(true), .bool(false), .null,
                            ])),
                        .init(name: "b", value: .object(JSONObject())), .init(name: "c", value: .array([])),
                    ])))
    }

    @Test(arguments: [
        (#""a\n\t\"\\\/\b\f\r""#, "a\n\t\"\\/\u{8}\u{C}\r"), (#""\u00e9\ud83d\ude00""#, "é😀"),
        (#""é😀""#, "é😀"),
        (#""\u0041""#, "A"), ("\"\"", ""),
    ])
    func escapesAreUnderstood(_ text: String, _ expected: String) throws {
        #expect(try JSONReader.read(text) == .string(expected))
    }

    @Test(arguments: [
        ("", JSONFailure.Reason.unexpectedEnd), ("{", .unexpectedEnd), ("[1,]", .expectedValue),
        ("[1 2]", .expectedCommaOrEnd),
        ("{\"a\" 1}", .expectedColon), ("{a:1}", .expectedName), ("{\"a\":1,}", .expectedName), ("nul", .expectedValue),
        ("01", .badNumber), ("1.", .badNumber), ("-", .badNumber), ("1e999", .badNumber), ("1 2", .trailingBytes),
        ("\"a\nb\"", .controlCharacter), (#""\x""#, .badEscape), (#""\ud800""#, .badEscape),
        (#""\ud800\u0041""#, .badEscape),
        (#""\u0000""#, .nulCharacter), ("\"abc", .unexpectedEnd), (#""\u12"#, .unexpectedEnd), ("NaN", .expectedValue),
    ])
    func malformedTextIsRefusedWithItsReason(_ text: String, _ reason: JSONFailure.Reason) {
        let failure = #expect(throws: JSONFailure.self) { try JSONReader.read(text) }
        #expect(failure?.reason == reason, "\(text)")
    }

    @Test func textThatIsNotUTF8IsRefused() {
        let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        let failure = #expect(throws: JSONFailure.self) { try bytes.withUnsafeBytes { try JSONReader.read($0) } }
        #expect(failure?.reason == .invalidText)
    }

    @Test func depthIsBounded() throws {
        let deepest = JSONReader.maximumDepth
        _ = try JSONReader.read(String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest))
        let failure = #expect(throws: JSONFailure.self) {
            try JSONReader.read(String(repeating: "[", count: 1_000_000))
        }
        #expect(failure?.reason == .tooDeep)
    }

    @Test func numberOfValuesIsBounded() {
        let text = "[" + String(repeating: "1,", count: JSONReader.maximumValues) + "1]"
        let failure = #expect(throws: JSONFailure.self) { try JSONReader.read(text) }
        #expect(failure?.reason == .tooMany)
    }

    @Test func lastOfTwoMembersOfOneNameCounts() throws {
        guard case .object(let object) = try JSONReader.read(#"{"a":1,"a":2}"#) else { throw Failed() }
        #expect(object["a"] == .integer(2))
    }

    /// Goal: no bytes make the reader trap. Method: valid documents with seeded mutations.
    @Test func mutatedDocumentsNeverTrap() {
        var random = SeededRandomness(seed: 7)
        let document = Array(#"{"model":"m","messages":[{"role":"user","content":"h\u00e9\n"}],"t":1.5e2}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = document
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...3, using: &random))
            // What comes out does not matter here, only that something does.
            _ = try? bytes.withUnsafeBytes { try JSONReader.read($0) }
        }
    }

    struct Failed: Error {}
}
