// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import NIOPosix
import Primitives
import RPC
import TLS
import TestKit
import Testing
import Transport
import Wire

/// Goal: over real sockets, an address in trouble costs its callers little, and one that is back is found.
@Suite struct BreakerTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    /// Less time than in service, so that a test need not wait for seconds.
    private var limits: StandingLimits {
        var limits = StandingLimits.standard
        limits.leastSilence = .milliseconds(100)
        limits.restartPatience = .milliseconds(300)
        limits.firstOpen = .seconds(20)
        limits.longestOpen = .seconds(20)
        limits.longestSilence = .seconds(20)
        return limits
    }

    private func connections(_ ports: [Int], _ wire: WireLimits = .standard) -> RPCConnections {
        RPCConnections(
            service: .auth, addresses: ports.map { ServiceAddress(host: "127.0.0.1", port: $0) }, tls: fixture.gateway,
            group: fixture.group, limits: wire, drainTime: .seconds(1), standing: limits, logger: fixture.logger)
    }

    /// Shakes hands, says hello, and never another word; `left` opens when a caller has closed its connection.
    private func hangingServer(left: Latch = Latch()) async throws -> any Channel {
        let tls = fixture.server
        return try await ServerBootstrap(group: fixture.group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TLSHandler(server: tls))
                    try channel.pipeline.syncOperations.addHandler(Mute(left))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private final class Mute: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let left: Latch

        init(_ left: Latch) { self.left = left }

        func channelInactive(context: ChannelHandlerContext) { left.open() }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is TLSHandshakeCompleted else { return context.fireUserInboundEventTriggered(event) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Preface(limits: .standard).bytes)), promise: nil)
        }
    }

    private func failure(_ client: RPCClient, _ deadline: Duration) async -> Failure? {
        await caught { _ = try await client.unary(LineService.write, Line("x"), fixture.context(deadline)) }
    }

    @Test func aServiceThatIsAwayForLongFailsAtOnceAndIsFoundWhenItIsBack() async throws {
        let fixture = fixture
        let port = try FreePort.find()
        let connections = connections([port])
        try await connections.whileConnected { client in
            var last: Failure?
            // The first wait for it, as for a service that restarts.
            while last?.reason != "circuit_open" { last = await failure(client, .milliseconds(50)) }
            #expect(last?.code == .unavailable)
            guard case .after(let wait)? = last?.retry else { throw Failure(.internal, "no time to come back at") }
            #expect(wait <= .seconds(1))
            let quick = await failure(client, .seconds(3_600))
            #expect(quick?.reason == "circuit_open", "an hour's deadline is not waited for")
            let server = fixture.makeServer(LineService().table, port: port)
            async let run: Void = server.run()
            while !client.isConnected { await Task.yield() }
            let answer = try await client.unary(LineService.write, Line("x"), fixture.context())
            #expect(answer.text == "a")
            server.stop()
            try await run
        }
    }

    /// Whoever began to wait while there was hope is told when there is none, long before its deadline.
    @Test(.timeLimit(.minutes(2))) func whoeverWaitsIsToldWhenItIsInVain() async throws {
        let connections = connections([try FreePort.find()])
        let pinned = try #require(connections.client(pinnedTo: connections.addresses[0]))
        try await connections.whileConnected { client in
            async let first = failure(client, .seconds(3_600))
            async let second = failure(pinned, .seconds(3_600))
            let failures = await [first, second]
            #expect(failures.map { $0?.reason } == ["circuit_open", "circuit_open"])
        }
    }

    @Test func aSilentServiceFailsAtOnce() async throws {
        let fixture = fixture
        let listener = try await hangingServer()
        let connections = connections([try #require(listener.localAddress?.port)])
        try await connections.whileConnected { client in
            try await fixture.ready(client)
            var failures: [Failure] = []
            while failures.last?.reason != "circuit_open" {
                if let failure = await failure(client, .milliseconds(60)) { failures.append(failure) }
            }
            #expect(failures.dropLast().allSatisfy { $0.code == .deadlineExceeded })
            #expect(failures.count > 5)
            let quick = await failure(client, .seconds(3_600))
            #expect(quick?.reason == "circuit_open")
        }
        try await listener.close()
    }

    /// A host that is gone without a word keeps its connections as they are: only a PING tells.
    @Test(.timeLimit(.minutes(2))) func whoeverAnswersNoPingIsLeft() async throws {
        let left = Latch()
        let listener = try await hangingServer(left: left)
        var wire = WireLimits.standard
        wire.pingInterval = .milliseconds(50)
        wire.pingTimeout = .milliseconds(50)
        let connections = connections([try #require(listener.localAddress?.port)], wire)
        try await connections.whileConnected { _ in try await left.wait() }
        try await listener.close()
    }

    @Test func oneGoodReplicaAmongBadOnesIsFound() async throws {
        let fixture = fixture
        let listener = try await hangingServer()
        var faulty = MethodTable()
        faulty.unary(LineService.write) { (_: Line, _) -> Line in throw Failure(.internal, "No.") }
        let servers = [fixture.makeServer(LineService("good").table), fixture.makeServer(faulty)]
        let ports = [
            try #require(try await servers[0].bind().port), try #require(try await servers[1].bind().port),
            try #require(listener.localAddress?.port), try FreePort.find(),
        ]
        let connections = connections(ports)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for server in servers { tasks.addTask { try await server.run() } }
            defer { tasks.cancelAll() }
            try await connections.whileConnected { client in
                try await fixture.ready(client, connections: 3)
                var good = 0
                // One refuses, one answers `internal`, one hangs: in the end all calls go to the fourth.
                for _ in 0..<2_000 where good < 100 {
                    good = await failure(client, .milliseconds(250)) == nil ? good + 1 : 0
                }
                #expect(good == 100)
            }
        }
        try await listener.close()
    }
}
