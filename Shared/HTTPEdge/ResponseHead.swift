// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import Primitives
import Telemetry

/// How the end of a response's body is told.
enum BodyFraming: Equatable {
    case none
    case length(Int)
    case chunked
    /// By closing the connection: for clients that speak HTTP/1.0.
    case close
}

/// Writes heads and chunks of HTTP/1.1. Done by hand because NIO's encoder writes the head by itself, and here it
/// leaves in one buffer with the first bytes of the body.
enum ResponseText {
    /// Names the edge sets itself; a handler's own are left out.
    private static let ours: Set<String> = ["content-length", "transfer-encoding", "connection", "date"]

    static func writeHead(
        _ response: HTTPResponse, framing: BodyFraming, keepsAlive: Bool, isVersion10: Bool, date: String,
        into buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString("\(response.status.code) ")
        writeClean(response.status.reasonPhrase, into: &buffer)
        buffer.writeStaticString("\r\n")
        for (name, value) in response.headers where !ours.contains(name.lowercased()) && isToken(name) {
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            writeClean(value, into: &buffer)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("date: ")
        buffer.writeString(date)
        switch framing {
        case .length(let count): buffer.writeString("\r\ncontent-length: \(count)")
        case .chunked: buffer.writeStaticString("\r\ntransfer-encoding: chunked")
        case .none, .close: break
        }
        if !keepsAlive {
            buffer.writeStaticString("\r\nconnection: close")
        } else if isVersion10 {
            buffer.writeStaticString("\r\nconnection: keep-alive")
        }
        buffer.writeStaticString("\r\n\r\n")
    }

    static func writeChunk(_ chunk: ByteBuffer, into buffer: inout ByteBuffer) {
        buffer.writeString(String(chunk.readableBytes, radix: 16))
        buffer.writeStaticString("\r\n")
        buffer.writeImmutableBuffer(chunk)
        buffer.writeStaticString("\r\n")
    }

    static let lastChunk: StaticString = "0\r\n\r\n"

    /// A line break inside a value would be a header of the attacker's choice.
    private static func writeClean(_ value: String, into buffer: inout ByteBuffer) {
        if value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            buffer.writeBytes(value.utf8.map { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F ? UInt8(ascii: " ") : $0 })
        } else {
            buffer.writeString(value)
        }
    }

    /// RFC 9110's token: what a header's name may be made of.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { unit in
                switch unit {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(unit)
                }
            }
    }
}

/// The `date` header, made once a second.
struct HTTPDate {
    private var second: Int64 = -1
    private var text = ""

    mutating func text(at time: Timestamp) -> String {
        if time.seconds != second {
            second = time.seconds
            text = Self.imf(time)
        }
        return text
    }

    /// RFC 9110's IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func imf(_ time: Timestamp) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // `2026-11-23T03:36:19.042Z`: the fields stand at fixed places.
        let stamp = Array(time.rfc3339.utf8)
        let field = { (range: Range<Int>) in String(decoding: stamp[range], as: UTF8.self) }
        let month = months[(Int(field(5..<7)) ?? 1) - 1]
        let day = days[Int(time.seconds / 86_400) % 7]
        return "\(day), \(field(8..<10)) \(month) \(field(0..<4)) \(field(11..<19)) GMT"
    }
}
