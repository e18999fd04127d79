// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import Testing
import Wire

/// Goal: what a call leaves unread costs its connection nothing, whether it was granted while it waited or not.
///
/// Method: calls by hand, each with two messages that are answered, one whose answer waits for the caller's credit, and
/// one that is never read because the call is cancelled.
@Suite struct UnreadTests {
    private static let message = [UInt8](repeating: UInt8(ascii: "x"), count: 990)
    /// As the service sends it back.
    private static let answered = 2 * (message.count + 2)

    private static func limits(parked: Int) -> WireLimits {
        var limits = WireLimits.standard
        limits.streamCredit = 1_000
        limits.connectionCredit = 3_000
        limits.parkedBytes = parked
        return limits
    }

    private static func granted(_ peer: RawPeer) -> Int {
        let grants = peer.frames.filter { $0.header.type == .credit && $0.header.stream == 0 }
        return grants.reduce(0) { $0 + Int($1.header.value) }
    }

    /// Nothing may be parked, or one and a half messages.
    @Test(arguments: [0, 1_500]) func cancelledCallsGiveItBack(_ parked: Int) async throws {
        let limits = Self.limits(parked: parked)
        try await RawPeer.with(limits: limits) { peer in
            var sent = 0
            for stream in 1...20 as ClosedRange<UInt32> {
                peer.open(stream, EchoService.talk.id, "", flags: [])
                for _ in 0..<4 { peer.send(FrameHeader(.data, stream: stream), Self.message) }
                sent += RawPeer.opening("").count + 4 * Self.message.count
                // Grants are held back up to half a window; what waits for a reader is not, if it may be parked.
                let unread = parked == 0 ? Self.message.count : 0
                #expect(sent - Self.granted(peer) <= Int(limits.connectionCredit) / 2 + unread)
                peer.send(FrameHeader(.cancel, stream: stream, value: StatusCode.cancelled.rawValue))
                #expect(sent - Self.granted(peer) <= Int(limits.connectionCredit) / 2)
                peer.send(FrameHeader(.credit, value: UInt32(Self.answered)))
            }
            #expect(peer.goAway == nil)
            #expect(!peer.isClosed)
            #expect(peer.frames.count { $0.header.type == .data } == 40)
        }
    }

    /// The stream's own credit allows all of them, so it is the connection's that is overrun, which parking puts off by
    /// what may be parked.
    @Test(arguments: [0, 1_500]) func whoSendsMoreThanTheConnectionGrantsIsClosed(_ parked: Int) async throws {
        var limits = Self.limits(parked: parked)
        limits.streamCredit = 10_000
        try await RawPeer.with(limits: limits) { peer in
            peer.open(1, EchoService.talk.id, "", flags: [])
            // The answers use the caller's credit up; then nobody reads.
            for _ in 0..<5 { peer.send(FrameHeader(.data, stream: 1), Self.message) }
            #expect(peer.goAway == nil)
            for _ in 0..<6 { peer.send(FrameHeader(.data, stream: 1), Self.message) }
            #expect(peer.goAway == .resourceExhausted)
            #expect(peer.isClosed)
        }
    }
}
