// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

@Suite struct ServerEventReaderTests {
    /// The events of a text that comes in pieces of `size` bytes.
    private static func events(_ text: String, size: Int) throws -> [String] {
        var reader = ServerEventReader()
        var found: [String] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes { piece in
                try reader.read(piece, failing: { $0 }) { (event) throws(ServerEventReader.Failure) in
                    found.append(String(decoding: event, as: UTF8.self))
                }
            }
        }
        return found
    }

    /// Goal: the same events come out wherever the network cuts the bytes.
    @Test(arguments: [
        ("data: one\n\ndata: two\n\n", ["one", "two"]),
        ("data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"]),
        ("data: one\r\rdata:two\r\r", ["one", "two"]),
        ("\u{FEFF}data: one\n\n", ["one"]),
        (": keep-alive\n\ndata: one\n: more\ndata: two\n\n", ["one\ntwo"]),
        ("event: message\nid: 7\nretry: 10\ndata:  spaced\n\n", [" spaced"]),
        ("data\n\ndata:\n\ndatum: x\n\n", [""]),
        ("error: {\"code\":500}\n\n", ["{\"code\":500}"]),
        ("\n\n\n\r\n\r\ndata: [DONE]\n\n", ["[DONE]"]),
        ("data: never ended\n", []),
        ("data: ünïcödé 🦜\n\n", ["ünïcödé 🦜"]),
    ])
    func eventsAreFound(text: String, expected: [String]) throws {
        for size in [1, 2, 3, 7, 10_000] {
            #expect(try Self.events(text, size: size) == expected, "pieces of \(size)")
        }
    }

    @Test func nothingGrowsWithoutEnd() throws {
        let long = String(repeating: "x", count: ServerEventReader.maxLineBytes + 1)
        #expect(throws: ServerEventReader.Failure.lineTooLong(limit: ServerEventReader.maxLineBytes)) {
            try Self.events("data: " + long, size: 60_000)
        }
        let line = "data: " + String(repeating: "x", count: 100_000) + "\n"
        #expect(throws: ServerEventReader.Failure.eventTooLarge(limit: ServerEventReader.maxEventBytes)) {
            try Self.events(String(repeating: line, count: 12), size: 60_000)
        }
        // Comments are thrown away, however many.
        #expect(try Self.events(String(repeating: ": ping\n\n", count: 200_000), size: 60_000).isEmpty)
    }
}
