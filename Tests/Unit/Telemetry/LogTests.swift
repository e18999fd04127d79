// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Logging
import Primitives
import Telemetry
import Testing

/// A pipe whose reading end is read when the test wants it.
private struct Pipe {
    let reader: Int32
    let writer: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        reader = ends[0]
        writer = ends[1]
    }

    func readAll() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(reader, &chunk, chunk.count)
            if count <= 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        close(reader)
        return String(decoding: bytes, as: UTF8.self)
    }
}

private struct FixedTime: TimeSource {
    func now() -> MonotonicInstant { MonotonicInstant(nanoseconds: 0) }
    func timestamp() -> Timestamp { Timestamp(microseconds: 1_700_000_000_123_456) }
}

@Suite struct LogTests {
    private func lines(_ body: (inout Logger) -> Void) throws -> [[String: Any]] {
        let pipe = try Pipe()
        let writer = LineWriter(descriptor: pipe.writer)
        try #require(writer.start())
        var logger = Logger(label: "test") { label in
            JSONLogHandler(
                label: label, service: "auth", instance: "auth-1", level: .info, writer: writer, time: FixedTime())
        }
        body(&logger)
        writer.close()
        close(pipe.writer)
        return try pipe.readAll().split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func oneEventIsOneLineOfJSON() throws {
        let lines = try lines { logger in
            logger[metadataKey: LogKey.requestID] = "req-1"
            logger.info("Key \"x\" was\nrevoked. \u{1}é", metadata: ["count": .stringConvertible(3), "level": "spoof"])
        }
        #expect(lines.count == 1)
        #expect(lines[0]["time"] as? String == "2023-11-14T22:13:20.123Z")
        #expect(lines[0]["service"] as? String == "auth")
        #expect(lines[0]["instance"] as? String == "auth-1")
        #expect(lines[0]["message"] as? String == "Key \"x\" was\nrevoked. \u{1}é")
        #expect(lines[0]["request_id"] as? String == "req-1")
        #expect(lines[0]["count"] as? Int == 3)
        #expect(lines[0]["level"] as? String == "info")
        #expect(lines[0]["meta_level"] as? String == "spoof")
    }

    @Test func belowTheLevelNothingIsWritten() throws {
        let lines = try lines { logger in
            logger.debug("not this")
            logger.error("this")
        }
        #expect(lines.map { $0["message"] as? String } == ["this"])
    }

    @Test func aLongMessageIsCut() throws {
        let lines = try lines { $0.info("\(String(repeating: "é", count: 10_000))") }
        let message = try #require(lines[0]["message"] as? String)
        #expect(message.utf8.count <= JSONLogHandler.maximumTextBytes + 10)
        #expect(message.hasSuffix("…(cut)"))
    }

    @Test func nestedMetadataStaysJSON() throws {
        let lines = try lines { $0.info("m", metadata: ["list": ["a", "b"], "map": ["k": ["v"]]]) }
        #expect(lines[0]["list"] as? [String] == ["a", "b"])
        #expect((lines[0]["map"] as? [String: Any])?["k"] as? [String] == ["v"])
    }

    /// Goal: a log nobody reads costs lines, never the service.
    /// Method: fill a pipe that nobody reads past the writer's bound; every append returns; the drops are counted and
    /// named in the log once somebody reads.
    @Test func unreadLogDropsLinesAndSaysSo() throws {
        let pipe = try Pipe()
        let notice = JSONLogHandler.dropNotice(service: "auth", instance: "auth-1")
        let writer = LineWriter(descriptor: pipe.writer, maximumPending: 100_000, dropNotice: notice)
        try #require(writer.start())
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 999) + [UInt8(ascii: "\n")]
        for _ in 0..<1_000 { writer.append(line) }
        #expect(writer.droppedLines >= 1_000 - 100 - 100 - 66)
        let dropped = writer.droppedLines
        let flags = fcntl(pipe.reader, F_GETFL)
        _ = fcntl(pipe.reader, F_SETFL, flags | O_NONBLOCK)
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while text.count < (1_000 - dropped) * 1_000 {
            var wait = pollfd(fd: pipe.reader, events: Int16(POLLIN), revents: 0)
            try #require(poll(&wait, 1, 5_000) == 1)
            let count = read(pipe.reader, &chunk, chunk.count)
            if count > 0 { text.append(contentsOf: chunk[..<count]) }
        }
        writer.append(line)
        writer.close()
        close(pipe.writer)
        _ = fcntl(pipe.reader, F_SETFL, flags)
        let rest = String(decoding: text, as: UTF8.self) + pipe.readAll()
        #expect(rest.contains("\"dropped\":\(dropped)"))
    }

    @Test func aReaderThatIsGoneEndsTheWriter() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try Pipe()
        let writer = LineWriter(descriptor: pipe.writer)
        try #require(writer.start())
        close(pipe.reader)
        writer.append([UInt8](repeating: 10, count: 10))
        writer.flush(within: .seconds(5))
        writer.append([10])
        #expect(writer.droppedLines == 1)
        close(pipe.writer)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (4_102_444_799_999_999, "2099-12-31T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func timeIsRFC3339(microseconds: Int64, expected: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339 == expected)
    }
}
