// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import Testing
import Wire

/// Goal: a server that goes in peace refuses no call of a caller that follows, and waits for none that does not.
@Suite struct LeaveTests {
    private static let echo = EchoService.echo.id
    private static let talk = EchoService.talk.id
    private static let warning: [UInt8] = [255, 255, 255, 255]

    /// Last streams of the GOAWAYs that have come.
    private static func lastStreams(_ peer: RawPeer) -> [[UInt8]] {
        peer.frames.filter { $0.header.type == .goAway }.map { Array($0.payload.prefix(4)) }
    }

    @Test func callsOnTheirWayAreAnsweredAndLaterOnesPassedOver() async throws {
        try await RawPeer.with { peer in
            peer.open(3, Self.talk, "", flags: [])
            peer.server.drain()
            peer.send([])
            #expect(Self.lastStreams(peer) == [Self.warning])
            let ping = try #require(peer.frames.last { $0.header.type == .ping })
            peer.open(4, Self.echo, "on its way")
            #expect(peer.ending(of: 4) == .ok)
            peer.send(FrameHeader(.pong), ping.payload)
            #expect(Self.lastStreams(peer) == [Self.warning, [4, 0, 0, 0]])
            peer.open(5, Self.echo, "late")
            #expect(peer.ending(of: 5) == nil)
            // What belongs to it was on its way too, and breaks no rule.
            peer.send(FrameHeader(.data, stream: 5), [1, 2, 3])
            peer.send(FrameHeader(.cancel, stream: 5, value: 1).bytes)
            #expect(!peer.isClosed)
            peer.send(FrameHeader(.end, stream: 3).bytes)
            #expect(peer.ending(of: 3) == .ok)
            #expect(peer.isClosed)
        }
    }

    @Test func anotherPingsAnswerIsNoFarewell() async throws {
        try await RawPeer.with { peer in
            peer.server.drain()
            peer.send(FrameHeader(.pong), [9, 9, 9, 9, 9, 9, 9, 9])
            peer.open(1, Self.echo, "still looked at")
            #expect(peer.ending(of: 1) == .ok)
            #expect(!peer.isClosed)
        }
    }

    @Test func aCallerThatGoesIsNotAskedAgain() async throws {
        try await RawPeer.with { peer in
            peer.send(FrameHeader(.goAway), [0, 0, 0, 0])
            #expect(Self.lastStreams(peer) == [[0, 0, 0, 0]])
            #expect(peer.isClosed)
        }
    }

    @Test func aServerThatDrainsBeforeItIsGreetedSaysSoAfterwards() async throws {
        try await TestLoops.rawPeers.eventLoop.submit {
            let peer = RawPeer(EchoService())
            defer { peer.server.transportClosed() }
            peer.server.drain()
            TestLoops.rawPeers.runBatch()
            #expect(peer.frames.isEmpty)
            peer.send(Preface(limits: .standard).bytes)
            #expect(Self.lastStreams(peer) == [Self.warning])
        }.get()
    }

    @Test func aCallerThatNeverAnswersIsNotWaitedForLong() async throws {
        let loop = TestLoops.rawPeers.eventLoop
        let peer = try await loop.submit {
            var limits = WireLimits.standard
            limits.farewell = .milliseconds(30)
            let peer = RawPeer(EchoService(), limits: limits)
            peer.send(Preface(limits: limits).bytes)
            peer.server.drain()
            TestLoops.rawPeers.runBatch()
            #expect(!peer.isClosed)
            return peer
        }.get()
        while try await !loop.submit({ peer.isClosed }).get() { await Task.yield() }
        #expect(try await loop.submit { Self.lastStreams(peer) }.get() == [Self.warning, [0, 0, 0, 0]])
    }
}

/// Goal: frames without effect are borne as long as a caller that keeps to the rules can have sent them.
@Suite struct IdleFrameTests {
    private static var limits: WireLimits {
        var limits = WireLimits.standard
        limits.idleFramesPerInterval = 10
        return limits
    }

    @Test func whoeverCancelsWhatWasJustAnsweredIsInnocent() async throws {
        try await RawPeer.with(limits: Self.limits) { peer in
            for stream in 1...2_000 as ClosedRange<UInt32> {
                peer.open(stream, EchoService.echo.id, "x")
                peer.send(FrameHeader(.cancel, stream: stream, value: 1))
            }
            #expect(!peer.isClosed)
        }
    }

    @Test func messagesOnTheirWayToACallThatEndsAreInnocent() async throws {
        try await RawPeer.with(limits: Self.limits) { peer in
            peer.open(1, EchoService.talk.id, "", flags: [])
            peer.send(FrameHeader(.data, stream: 1), Array("enough".utf8))
            #expect(peer.ending(of: 1) == .ok)
            for _ in 0..<2_000 { peer.send(FrameHeader(.data, stream: 1), [65]) }
            peer.send(FrameHeader(.end, stream: 1))
            #expect(!peer.isClosed)
        }
    }

    static let refused: [(UInt16, StatusCode)] = [
        (EchoService.absent.id, .unimplemented), (EchoService.foreign.id, .permissionDenied),
    ]

    @Test(arguments: refused)
    func messagesOnTheirWayToACallThatIsRefusedAreInnocent(_ method: UInt16, _ status: StatusCode) async throws {
        try await RawPeer.with(limits: Self.limits) { peer in
            peer.open(1, method, "", flags: [])
            #expect(peer.ending(of: 1) == status)
            for _ in 0..<2_000 { peer.send(FrameHeader(.data, stream: 1), [65]) }
            peer.send(FrameHeader(.end, stream: 1))
            #expect(!peer.isClosed)
        }
    }

    static let floods: [(FrameHeader, [UInt8])] = [
        (FrameHeader(.cancel, stream: 1, value: 1), []), (FrameHeader(.end, stream: 1), []),
        (FrameHeader(.credit, stream: 1, value: 1), []), (FrameHeader(.data, stream: 1), [1]),
        (FrameHeader(.pong), [1, 2, 3, 4, 5, 6, 7, 8]), (FrameHeader(FrameType(rawValue: 0xA0)), []),
    ]

    @Test(arguments: floods.indices) func aFloodOfThemEndsTheConnection(_ index: Int) async throws {
        let (header, payload) = Self.floods[index]
        try await RawPeer.with(limits: Self.limits) { peer in
            peer.open(1, EchoService.echo.id, "x")
            // One more than the bound may cross the answer.
            for _ in 0..<11 { peer.send(header, payload) }
            #expect(!peer.isClosed)
            peer.send(header, payload)
            #expect(peer.goAway == .resourceExhausted)
            #expect(peer.isClosed)
        }
    }
}
