// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing
import Wire

@testable import AdminKit

/// Goal: a capture is told as the protocol's page says, what breaks a rule is marked, and no input harms the tool.
/// Method: captures made by hand, frame by frame, and thousands damaged by chance.
@Suite struct WireDumpTests {
    /// Section 10 of the protocol's page, with prefaces before it.
    private static func sample(_ more: [CaptureRecord] = []) -> [CaptureRecord] {
        [
            CaptureRecord(microseconds: 1_000, kind: .connection),
            CaptureRecord(microseconds: 1_000, kind: .toServer, octets: Preface(limits: .standard).bytes),
            CaptureRecord(
                microseconds: 1_500, kind: .fromServer,
                octets: Preface(limits: .standard, zone: Zone("r 1") ?? .unknown).bytes),
            CaptureRecord(
                microseconds: 2_000, kind: .toServer,
                octets: [
                    9, 0, 0, 0, 1, 0, 0, 0, 1, 3, 1, 1, 0x62, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0x0A, 1, 0xFF,
                ]),
        ] + more
    }

    private static func record(_ kind: CaptureRecord.Kind, _ header: FrameHeader, _ payload: [UInt8] = [])
        -> CaptureRecord
    {
        var header = header
        header.length = UInt32(payload.count)
        return CaptureRecord(microseconds: 4_000, kind: kind, octets: header.bytes + payload)
    }

    private static func bytes(_ records: [CaptureRecord]) -> [UInt8] {
        CaptureFormat.magic + records.flatMap(\.bytes)
    }

    private static func decode(
        _ bytes: [UInt8], _ detail: PayloadDetail = .size
    ) -> (frames: [DumpedFrame], failure: CaptureFailure?, remainder: String?) {
        var rest = bytes[...]
        var decoder = WireDecoder(detail: detail)
        var frames: [DumpedFrame] = []
        do throws(CaptureFailure) {
            var reader = try CaptureReader { count in
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
            while let record = try reader.next() { decoder.take(record) { frames.append($0) } }
        } catch {
            return (frames, error, decoder.remainder)
        }
        return (frames, nil, decoder.remainder)
    }

    private static func broken(_ records: [CaptureRecord]) -> [String] {
        decode(bytes(sample(records))).frames.flatMap(\.violations)
    }

    private static let limits =
        "size=64 features=0 frame_bytes=4210688 stream_credit=65536 connection_credit=4194304 concurrent_calls=10000"

    @Test func aCallIsToldLineByLine() {
        let answer = Self.record(.fromServer, FrameHeader(.end, stream: 1, flags: .message), [8, 1])
        let grant = Self.record(.toServer, FrameHeader(.credit, value: 2))
        // Octet by octet: what goes together on the wire is chance.
        let scattered = (Self.sample([answer, grant])).flatMap { record in
            record.octets.isEmpty
                ? [record]
                : record.octets.map {
                    CaptureRecord(microseconds: record.microseconds, kind: record.kind, octets: [$0])
                }
        }
        for records in [Self.sample([answer, grant]), scattered] {
            let told = Self.decode(Self.bytes(records))
            #expect(told.failure == nil && told.remainder == nil)
            #expect(
                told.frames.flatMap(\.lines) == [
                    "0.000000 -> CONNECTION",
                    "0.000000 -> PREFACE version=1.1 \(Self.limits)",
                    "0.000500 <- PREFACE version=1.1 \(Self.limits) zone=\"r 1\"",
                    "0.001000 -> OPEN #1 auth.VerifyKey flags=last,message length=9 left_ms=98 metadata_octets=4 "
                        + "message_octets=3 connection_credit=4194295",
                    "0.003000 <- END #1 auth.VerifyKey flags=message length=2 status=ok message_octets=2 "
                        + "connection_credit=4194302",
                    "0.003000 -> CREDIT #0 length=0 granted=2 connection_credit=4194304",
                ])
        }
        let json = Self.decode(Self.bytes(Self.sample())).frames.last?.json
        #expect(
            json == #"{"time_us":1000,"direction":"to_server","type":"open","stream":1,"method":"auth.VerifyKey","#
                + #""flags":"last,message","length":9,"left_ms":98,"metadata_octets":4,"message_octets":3,"#
                + #""connection_credit":4194295}"#)
    }

    @Test func aRefusalSaysWhy() {
        let failure = FailurePayload.encode(
            Failure(.unauthenticated, "No\u{1B}.", reason: "bad_key", retry: .after(.milliseconds(20))))
        let end = Self.record(.fromServer, FrameHeader(.end, stream: 1, value: 16), failure)
        #expect(
            Self.decode(Self.bytes(Self.sample([end]))).frames.last?.lines == [
                "0.003000 <- END #1 auth.VerifyKey length=23 status=unauthenticated reason=bad_key says=\"No\\u001b.\" "
                    + "retry_after_ms=20"
            ])
    }

    @Test func brokenRulesAreMarked() {
        #expect(Self.broken([]) == [])
        #expect(Self.broken([Self.record(.toServer, FrameHeader(.data, stream: 9))]) == ["streamOutOfOrder"])
        #expect(Self.broken([Self.record(.toServer, FrameHeader(.data, stream: 1))]) == ["frameForClosedSide"])
        #expect(Self.broken([Self.record(.fromServer, FrameHeader(.cancel, stream: 1))]) == ["frameForClosedSide"])
        #expect(
            Self.broken([Self.record(.toServer, FrameHeader(.ping, value: 1), Array(repeating: 0, count: 8))])
                == ["reservedBitsSet"])
        #expect(Self.broken([Self.record(.toServer, FrameHeader(FrameType(rawValue: 77)))]) == ["unknownFrame"])
        #expect(Self.broken([Self.record(.toServer, FrameHeader(FrameType(rawValue: 200)))]) == [])
        #expect(Self.broken([Self.record(.toServer, FrameHeader(.credit, value: .max))]) == ["creditOverflow"])
        #expect(
            Self.broken([Self.record(.toServer, FrameHeader(.open, stream: 1), [0, 0])]).contains("streamOutOfOrder"))
        #expect(
            Self.broken([Self.record(.toServer, FrameHeader(.open, stream: 2, method: 0x0101), [9, 0])])
                == ["badMetadata"])
        #expect(
            Self.broken([Self.record(.toServer, FrameHeader(.open, stream: 2, method: 0x0101), [4, 0, 0, 0, 0, 0])])
                == ["wrong_shape for a unary method"])
        let late = Self.record(.fromServer, FrameHeader(.end, stream: 1), [])
        #expect(
            Self.decode(Self.bytes(Self.sample([late, late]))).frames.last?.lines.first?.contains("call=over") == true)
    }

    @Test func creditIsCountedBothWays() {
        let open = Self.record(
            .toServer, FrameHeader(.open, stream: 2, method: 0x0302, value: .max), [4, 0, 0, 0, 0, 0])
        let data = Self.record(.toServer, FrameHeader(.data, stream: 2), Array(repeating: 0, count: 65_536))
        let told = Self.decode(Self.bytes(Self.sample([open, data, data]))).frames
        #expect(told.suffix(2).map(\.violations) == [[], ["creditOverrun"]])
        #expect(told.last?.lines.first?.hasSuffix("stream_credit=-65536") == true)
    }

    @Test func aLostDirectionIsToldOnce() {
        let huge = FrameHeader(.data, stream: 1, length: .max)
        let records = (0..<3).map { _ in CaptureRecord(microseconds: 9_000, kind: .fromServer, octets: huge.bytes) }
        #expect(Self.broken(records) == ["frameTooLong; the rest from_server is not decoded"])
        let other = [CaptureRecord(microseconds: 0, kind: .fromServer, octets: Array("HTTP/1.1 400".utf8))]
        let told = Self.decode(Self.bytes(other + other))
        #expect(told.frames.flatMap(\.violations) == ["badMagic; the rest from_server is not decoded"])
    }

    @Test func endsThatAreNoneAreTold() {
        let whole = Self.bytes(Self.sample())
        #expect(Self.decode(Array("GET / HTTP".utf8)).failure != nil)
        #expect(Self.decode([]).failure != nil)
        #expect(Self.decode(Array(whole.dropLast())).failure?.description.contains("after 3 whole ones") == true)
        let half = CaptureRecord(microseconds: 5_000, kind: .toServer, octets: [1, 2, 3])
        #expect(Self.decode(Self.bytes(Self.sample([half]))).remainder?.contains("3 octets to_server") == true)
    }

    @Test func damageNeitherStopsNorSwellsIt() {
        var random = SeededRandomness(seed: 71)
        let answer = Self.record(.fromServer, FrameHeader(.end, stream: 1, flags: .message), [8, 1])
        let tokens = Self.record(
            .fromServer, FrameHeader(.data, stream: 1, flags: .tokens), [0, 0, 0, 0, 1, 0, 0, 0] + Array("hé".utf8))
        let goAway = Self.record(.fromServer, FrameHeader(.goAway), GoAwayPayload.encode(lastStream: 1, text: "x"))
        let failure = Self.record(
            .fromServer, FrameHeader(.end, stream: 1, value: 5), FailurePayload.encode(Failure(.notFound, "No.")))
        let whole = Self.bytes(Self.sample([tokens, answer, failure, goAway]))
        for _ in 0..<4_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let told = Self.decode(bytes, .json)
            let size = told.frames.reduce(0) { $0 + $1.json.utf8.count + $1.lines.joined().utf8.count }
            // A frame has sixteen octets of header and some five hundred of words; a text grows sixfold at most.
            #expect(told.frames.count <= bytes.count / 16 + 2)
            #expect(size <= 64 * bytes.count + 4_096)
        }
    }
}
