// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import TestKit
import Testing

/// Goal: the bad network does to plain bytes just what it says, else what is tested over it proves nothing.
@Suite struct FaultProxyTests {
    /// What one end of a connection has received. `@unchecked Sendable`: touched on the one loop of `contract` only.
    private final class Inbox: ChannelInboundHandler, @unchecked Sendable {
        typealias Seen = (bytes: [UInt8], isOver: Bool, wasReset: Bool)
        typealias InboundIn = ByteBuffer
        private var state: Seen = ([], false, false)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            state.bytes += bytes.readableBytesView
        }
        func channelInactive(context: ChannelHandlerContext) { state.isOver = true }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            state.wasReset = true
            context.close(promise: nil)
        }
        func seen() async throws -> Seen { try await TestLoops.contract.any().submit { self.state }.get() }
        func awaits(_ condition: (Seen) -> Bool) async throws {
            while !condition(try await seen()) { await Task.yield() }
        }
    }

    private static let octets = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    /// Sends `octets` to a server through a proxy with these conditions towards it.
    private func through(
        _ conditions: LinkConditions, _ body: (Inbox, any Channel, FaultProxy) async throws -> Void
    ) async throws {
        let inbox = Inbox()
        let listener = try await ServerBootstrap(group: TestLoops.contract)
            .childChannelInitializer { channel in channel.pipeline.addHandler(inbox) }
            .bind(host: "127.0.0.1", port: 0).get()
        let proxy = FaultProxy(
            to: try #require(listener.localAddress?.port), group: TestLoops.network, seed: Seeds.first
        ) {
            _, way, _ in way == .toServer ? conditions : .clear
        }
        let port = try await proxy.start()
        let client = try await ClientBootstrap(group: TestLoops.contract).connect(host: "127.0.0.1", port: port).get()
        client.writeAndFlush(ByteBuffer(bytes: Self.octets), promise: nil)
        try await body(inbox, client, proxy)
        client.close(promise: nil)
        try await listener.close()
        await proxy.stop()
        #expect(proxy.counts.open == 0)
    }

    private func with(_ fault: LinkConditions.Fault, at position: Int = 5_000) -> LinkConditions {
        var conditions = LinkConditions()
        conditions.incidents = [LinkConditions.Incident(at: position, fault)]
        return conditions
    }

    @Test func harmlessConditionsChangeNothing() async throws {
        var conditions = LinkConditions()
        conditions.delay = .zero ... .milliseconds(2)
        conditions.largestSegment = 700
        conditions.octetsPerSecond = 2 << 20
        conditions.gathering = .milliseconds(1)
        try await through(conditions) { inbox, _, _ in
            try await inbox.awaits { $0.bytes.count >= Self.octets.count }
            #expect(try await inbox.seen().bytes == Self.octets)
        }
    }

    @Test func oneOctetIsChanged() async throws {
        try await through(with(.corrupt(0x40))) { inbox, _, _ in
            try await inbox.awaits { $0.bytes.count >= Self.octets.count }
            var expected = Self.octets
            expected[5_000] ^= 0x40
            #expect(try await inbox.seen().bytes == expected)
        }
    }

    @Test func octetsComeAgain() async throws {
        try await through(with(.again(100))) { inbox, _, _ in
            try await inbox.awaits { $0.bytes.count >= Self.octets.count + 100 }
            let expected = Self.octets[..<5_000] + Self.octets[4_900...]
            #expect(try await inbox.seen().bytes == Array(expected))
        }
    }

    @Test(arguments: [LinkConditions.Fault.finish, .reset]) func aCutEndsIt(_ fault: LinkConditions.Fault) async throws
    {
        try await through(with(fault)) { inbox, client, _ in
            try await inbox.awaits { $0.isOver }
            let seen = try await inbox.seen()
            #expect(seen.bytes == Array(Self.octets.prefix(seen.bytes.count)) && seen.bytes.count <= 5_000)
            #expect(seen.wasReset == (fault == .reset))
            if fault == .reset { try await client.closeFuture.get() }
        }
    }

    /// What stands still holds little, tells nobody, and goes on when the conditions change.
    @Test func stalledBytesGoOnLater() async throws {
        try await through(with(.stall)) { inbox, client, proxy in
            try await inbox.awaits { $0.bytes.count >= 5_000 }
            let more = [UInt8](repeating: 7, count: 32 << 20)
            client.writeAndFlush(ByteBuffer(bytes: more), promise: nil)
            try await proxy.change { _, _, _ in .clear }
            try await inbox.awaits { $0.bytes.count >= Self.octets.count + more.count }
            #expect(try await inbox.seen().bytes == Self.octets + more)
            #expect(proxy.counts.mostHeld <= 512 << 10)
        }
    }

    @Test func swallowedBytesAndTheirEndNeverArrive() async throws {
        try await through(with(.swallow)) { inbox, client, proxy in
            try await inbox.awaits { $0.bytes.count >= 5_000 }
            try await client.close(mode: .all)
            while proxy.counts.faults.isEmpty { await Task.yield() }
            let seen = try await inbox.seen()
            #expect(seen.bytes == Array(Self.octets.prefix(5_000)))
            #expect(!seen.isOver && proxy.counts.open == 1)
        }
    }
}
