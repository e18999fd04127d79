// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Redis

@Suite struct CommandWriterTests {
    @Test func writesLengthsAndBytes() {
        let bytes = CommandWriter.bytes(of: ["SET", "kéy", .bytes([0, 13, 10]), 42, ""])
        let expected =
            Array("*5\r\n$3\r\nSET\r\n$4\r\nkéy\r\n$3\r\n".utf8) + [0, 13, 10]
            + Array("\r\n$2\r\n42\r\n$0\r\n\r\n".utf8)
        #expect(bytes == expected)
    }

    /// Redis names a script by SHA-1: RFC 3174's examples, and lengths on both sides of a block's end.
    @Test(arguments: [
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
        (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
        (String(repeating: "a", count: 119), "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"),
    ])
    func scriptIsNamedByItsDigest(text: String, digest: String) {
        #expect(RedisScript(text).digest == digest)
    }

    @Test func valuesReadAsNumbersAndTexts() {
        #expect(RedisValue.bulk(Array("12".utf8)).integer == 12)
        #expect(RedisValue.integer(-3).integer == -3)
        #expect(RedisValue.null.integer == nil)
        #expect(RedisValue.bulk(Array("x".utf8)).text == "x")
        #expect(RedisValue.error("NOPERM no").errorCode == "NOPERM")
        #expect(RedisValue.status("OK").errorCode == nil)
    }
}
