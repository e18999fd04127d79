// SPDX-License-Identifier: Apache-2.0

import TestKit
import Testing

@testable import Redis

@Suite struct ReplyReaderTests {
    private func read(_ text: String, pieces: Int = 1) throws -> [RedisValue] {
        var reader = ReplyReader()
        var values: [RedisValue] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { try reader.feed($0) }
            while let value = try reader.next() { values.append(value) }
        }
        return values
    }

    @Test(arguments: [1, 3, 1_000])
    func readsEveryKindHoweverItIsCut(pieces: Int) throws {
        let text = "+OK\r\n-ERR no\r\n:-42\r\n$5\r\nhe\r\no\r\n$-1\r\n$0\r\n\r\n*2\r\n:1\r\n*1\r\n+a\r\n*0\r\n*-1\r\n"
        #expect(
            try read(text, pieces: pieces) == [
                .status("OK"), .error("ERR no"), .integer(-42), .bulk(Array("he\r\no".utf8)), .null, .bulk([]),
                .array([.integer(1), .array([.status("a")])]), .array([]), .null,
            ])
    }

    @Test func incompleteReplyWaits() throws {
        #expect(try read("*2\r\n:1\r\n$3\r\nab").isEmpty)
    }

    /// Goal: a stream cannot make us reserve what it only announces.
    @Test(arguments: ["*100001\r\n", "*2147483647\r\n", "*9999999999\r\n"])
    func announcedArraysAreBounded(text: String) {
        #expect(throws: ReplyReader.Broken.self) { try read(text) }
    }

    @Test func nestingIsBounded() throws {
        let deep = String(repeating: "*1\r\n", count: 8) + ":1\r\n"
        #expect(try read(deep).count == 1)
        #expect(throws: ReplyReader.Broken.self) { try read("*1\r\n" + deep) }
    }

    @Test func largeReplyIsRefusedBeforeItIsWhole() throws {
        var reader = ReplyReader()
        let chunk = [UInt8](repeating: 65, count: 1 << 20)
        try Array("$99999999\r\n".utf8).withUnsafeBytes { try reader.feed($0) }
        var isRefused = false
        for _ in 0..<70 where !isRefused {
            do {
                try chunk.withUnsafeBytes { try reader.feed($0) }
                _ = try reader.next()
            } catch { isRefused = true }
        }
        #expect(isRefused)
    }

    @Test func nonsenseIsRefused() {
        #expect(throws: ReplyReader.Broken.self) { try read("HTTP/1.1 400 Bad Request\r\n") }
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededRandomness(seed: 21)
        let alphabet = Array("*$:+-0123456789\r\nab".utf8)
        for _ in 0..<2_000 {
            var reader = ReplyReader()
            let count = Int.random(in: 0..<64, using: &random)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
            do {
                try bytes.withUnsafeBytes { try reader.feed($0) }
                while try reader.next() != nil {}
            } catch {}
        }
    }
}
