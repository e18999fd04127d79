// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Primitives
import TestKit
import Testing

struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func nestedShapesAreWellFormed() {
        let text = text { writer in
            writer.object { writer in
                writer.member("a", 1)
                writer.member(
                    "b",
                    array: { writer in
                        for number in 1...2 {
                            writer.item()
                            writer.integer(number)
                        }
                    })
                writer.member("c", object: { _ in })
                writer.member("d", "x\"y")
                writer.nullMember("e")
                writer.member("f", true)
            }
        }
        #expect(text == #"{"a":1,"b":[1,2],"c":{},"d":"x\"y","e":null,"f":true}"#)
    }

    @Test(arguments: ["", "plain", "quote\" back\\ nl\n cr\r tab\t nul\u{1}", "é😀 and\u{2028}", "\u{1F}\u{7F}"])
    func whatIsWrittenReadsBackTheSame(_ original: String) throws {
        let text = text { $0.string(original) }
        #expect(try JSONReader.read(text) == .string(original))
        #expect(!text.utf8.contains { $0 < 0x20 })
    }

    /// A worker must not split characters, but if one ever does, a client's strict reader still gets valid text.
    @Test func brokenTextIsRepaired() throws {
        let broken: [UInt8] = [0x61, 0xC3, 0x0A, 0xFF, 0x62]
        let text = text { writer in writer.quoted { writer in broken.withUnsafeBytes { writer.escaped($0) } } }
        #expect(try JSONReader.read(text) == .string("a\u{FFFD}\n\u{FFFD}b"))
    }

    @Test func randomTextReadsBackTheSame() throws {
        var random = SeededRandomness(seed: 3)
        for _ in 0..<2_000 {
            let scalars = (0..<12).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 1...0x500, using: &random))
            }
            let original = String(String.UnicodeScalarView(scalars))
            #expect(try JSONReader.read(text { $0.string(original) }) == .string(original))
        }
    }
}
