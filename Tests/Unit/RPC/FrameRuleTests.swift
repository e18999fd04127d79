// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import Synchronization
import Testing
import Wire

/// What a server end does with frames that no client of ours sends.
@Suite struct FrameRuleTests {
    private static let echo = EchoService.echo.id
    private static let talk = EchoService.talk.id

    @Test func aCallByHandIsAnswered() async throws {
        try await RawPeer.with { peer in
            peer.open(1, Self.echo, "hello")
            #expect(peer.frames.count == 1)
            #expect(peer.frames.first?.header == FrameHeader(.end, stream: 1, length: 5, flags: .message))
            #expect(peer.frames.first?.payload == Array("hello".utf8))
        }
    }

    @Test func framesMayArriveOctetByOctet() async throws {
        try await RawPeer.with { peer in
            for octet in FrameHeader(
                .open, stream: 1, length: 8, flags: [.message, .lastFromCaller], method: Self.echo, value: 10_000
            ).bytes + RawPeer.opening("hi") { peer.send([octet]) }
            #expect(peer.ending(of: 1) == .ok)
        }
    }

    @Test func pingIsAnsweredWithItsOctets() async throws {
        try await RawPeer.with { peer in
            peer.send(FrameHeader(.ping), [1, 2, 3, 4, 5, 6, 7, 8])
            #expect(peer.frames.last?.header.type == .pong)
            #expect(peer.frames.last?.payload == [1, 2, 3, 4, 5, 6, 7, 8])
        }
    }

    @Test func anUnknownFrameIsSkippedOnlyIfItSaysSo() async throws {
        try await RawPeer.with { peer in
            peer.send(FrameHeader(FrameType(rawValue: 0xA0), stream: 77), [1, 2, 3])
            peer.open(1, Self.echo, "still here")
            #expect(peer.ending(of: 1) == .ok)
            peer.send(FrameHeader(FrameType(rawValue: 0x20)))
            #expect(peer.goAway == .unimplemented)
            #expect(peer.isClosed)
        }
    }

    /// Frames that end the connection, each on a connection where call 5 has been opened and is waiting for input.
    static let violations: [(FrameHeader, [UInt8], StatusCode)] = [
        (FrameHeader(.open, stream: 5, flags: [.message], method: 1, value: 1), RawPeer.opening("x"), .internal),
        (FrameHeader(.open, stream: 3, flags: [.message], method: 1, value: 1), RawPeer.opening("x"), .internal),
        (FrameHeader(.open, stream: 6, method: 1, value: 1), [9, 0, 0], .internal),
        (FrameHeader(.open, stream: 6, method: 1, value: 1), [4, 0, 0x80, 0, 0, 0], .internal),
        (FrameHeader(.data, stream: 9), [1], .internal),
        (FrameHeader(.cancel, stream: 9, value: 1), [], .internal),
        (FrameHeader(.end, stream: 5, value: 3), [], .internal),
        (FrameHeader(.data, stream: 5, flags: .lastFromCaller), [1], .internal),
        (FrameHeader(.credit, stream: 0, value: 0), [], .internal),
        (FrameHeader(.credit, stream: 5, value: .max), [], .internal),
    ]

    @Test(arguments: violations.indices) func aViolationEndsTheConnection(_ index: Int) async throws {
        let (header, payload, status) = Self.violations[index]
        try await RawPeer.with { peer in
            peer.open(5, Self.talk, "", flags: [])
            #expect(peer.goAway == nil)
            peer.send(header, payload)
            #expect(peer.goAway == status)
            #expect(peer.isClosed)
            #expect(peer.server.isClosed)
        }
    }

    /// Ten seconds are what `open` asks for, and this method gives thirty milliseconds.
    @Test func aMethodsOwnDeadlineHoldsForEveryCaller() async throws {
        let service = EchoService()
        try await RawPeer.with(service) { peer in
            peer.open(1, EchoService.hurried.id, "x")
            let given = service.contexts.withLock { $0.last?.deadline.remaining(at: SystemTime().now()) }
            #expect(given ?? .seconds(10) <= .milliseconds(30))
        }
    }

    /// A thousand octets may be in the hands of handlers, and ten thousand pass through them.
    @Test func roomForRequestsComesBackWithTheirHandlers() async throws {
        var limits = WireLimits.standard
        limits.requestBytesInFlight = 1_000
        try await RawPeer.with(limits: limits) { peer in
            let request = String(repeating: "x", count: 500)
            for stream in 1...20 as ClosedRange<UInt32> {
                peer.open(stream, Self.echo, request)
                #expect(peer.ending(of: stream) == .ok)
            }
        }
    }

    /// Goal: what credit does not cover, such as refusals, does not pile up for a peer that does not read.
    @Test func whoeverReadsNothingIsGivenUp() async throws {
        var limits = WireLimits.standard
        limits.queuedBytes = 20_000
        limits.frameBytes = 10_000
        try await RawPeer.with(limits: limits) { [limits] peer in
            peer.server.writabilityChanged(false)
            // A refusal is at least a header.
            let enough = (limits.queuedBytes + 2 * Int(limits.frameBytes)) / FrameHeader.size + 1
            for stream in 1...UInt32(enough) where !peer.isClosed { peer.open(stream, 77, "x") }
            #expect(peer.isClosed)
            #expect(peer.goAway == nil, "given up for its silence and not for a rule it broke")
        }
    }

    @Test func aFrameLongerThanAllowedIsNotWaitedFor() async throws {
        try await RawPeer.with { peer in
            peer.send(FrameHeader(.data, stream: 1, length: WireLimits.standard.frameBytes + 1).bytes)
            #expect(peer.goAway == .resourceExhausted)
        }
    }

    @Test func dataAfterTheHalfWasClosedEndsTheConnection() async throws {
        try await RawPeer.with { peer in
            peer.open(1, Self.echo, "wait")
            peer.send(FrameHeader(.data, stream: 1), [1])
            #expect(peer.goAway == .internal)
        }
    }

    @Test func overrunningAStreamsCreditEndsTheConnection() async throws {
        var limits = WireLimits.standard
        limits.streamCredit = 1_000
        try await RawPeer.with(limits: limits) { peer in
            // The handler reads "hold" messages only as its loop lets it: nothing runs between these two frames.
            peer.open(1, Self.talk, "", flags: [])
            let frame = FrameHeader(.data, stream: 1, length: 1_000).bytes + [UInt8](repeating: 65, count: 1_000)
            peer.send(frame + frame)
            #expect(peer.goAway == .resourceExhausted)
        }
    }

    @Test func wrongShapesAndUnknownMethodsEndTheCallOnly() async throws {
        try await RawPeer.with { peer in
            peer.open(1, 77, "x")
            peer.open(2, Self.echo, "x", flags: .message)
            peer.open(3, Self.talk, "x", flags: .message)
            peer.send(
                FrameHeader(.open, stream: 4, flags: [.message, .lastFromCaller], method: Self.echo, value: 1_000),
                [4, 0, 0, 0, 0, 0, 0xFF])
            peer.send(
                FrameHeader(.open, stream: 5, flags: [.message, .lastFromCaller], method: Self.echo, value: 0),
                RawPeer.opening("x"))
            #expect(peer.ending(of: 1) == .unimplemented)
            #expect(peer.ending(of: 2) == .invalidArgument)
            #expect(peer.ending(of: 3) == .invalidArgument)
            #expect(peer.ending(of: 4) == .invalidArgument)
            #expect(peer.ending(of: 5) == .deadlineExceeded)
            #expect(!peer.isClosed)
        }
    }

    @Test func aCallersUndecodableMessageIsItsOwnFault() async throws {
        let ending = try await TestLoops.rawPeers.eventLoop.submit {
            let peer = RawPeer(EchoService())
            peer.send(Preface(limits: .standard).bytes)
            defer { peer.server.transportClosed() }
            peer.open(1, Self.talk, "", flags: [])
            peer.send(FrameHeader(.data, stream: 1), [0xFF])
            peer.open(2, Self.talk, "", flags: [])
            peer.send(FrameHeader(.data, stream: 2, flags: .tokens), [1])
            return [peer.ending(of: 1), peer.ending(of: 2), peer.goAway]
        }.get()
        #expect(ending == [.invalidArgument, .invalidArgument, nil])
    }

    @Test func callsBeyondTheLimitAreRefusedAndHandlersThatLingerCount() async throws {
        var limits = WireLimits.standard
        limits.concurrentCalls = 2
        try await RawPeer.with(limits: limits) { peer in
            peer.open(1, Self.echo, "wait")
            peer.open(2, Self.echo, "wait")
            peer.open(3, Self.echo, "x")
            #expect(peer.ending(of: 3) == .resourceExhausted)
            // Opened and cancelled over and over: no more handlers run than are allowed.
            peer.send(FrameHeader(.cancel, stream: 1, value: 1).bytes)
            peer.open(4, Self.echo, "x")
            #expect(peer.ending(of: 1) == nil, "nobody waits for it")
        }
    }

    @Test func aPeerThatFloodsWithPingsIsLeft() async throws {
        try await RawPeer.with { peer in
            for _ in 0...WireLimits.standard.pingsPerInterval {
                peer.send(FrameHeader(.ping), [0, 0, 0, 0, 0, 0, 0, 0])
            }
            #expect(peer.goAway == .resourceExhausted)
        }
    }

    @Test func aPeerThatNeverReadsIsLeftBeforeMemoryIsGone() async throws {
        var limits = WireLimits.standard
        limits.queuedBytes = 10_000
        limits.frameBytes = 10_000
        try await RawPeer.with(limits: limits) { peer in
            peer.server.writabilityChanged(false)
            for stream in 1...2_000 as ClosedRange<UInt32> { peer.open(stream, 77, "x") }
            #expect(peer.server.isClosed)
        }
    }
}
