// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import NIOPosix
import Synchronization

/// A bad network between a client and a server of one test: TCP connections pass through it, and what becomes of their
/// bytes is the test's choice, made by a seed.
///
/// Knows nothing of what passes, so it stands before TLS as before anything else. Positions of incidents and sizes of
/// segments follow from the seed; how TCP cuts the bytes in between is the kernel's affair.
package final class FaultProxy: Sendable {
    package enum Way: UInt64, CaseIterable, Sendable { case toServer, toClient }

    /// Chooses for each way of each connection, which are counted from 0 in the order they came.
    package typealias Plan =
        @Sendable (_ connection: Int, _ way: Way, _ random: inout SeededRandomness) -> LinkConditions

    package struct Counts: Sendable {
        /// Connections that came, and those still there.
        package var accepted = 0
        package var open = 0
        /// What has happened so far.
        package var faults: [LinkConditions.Fault] = []
        /// The most octets that one way of one connection has held at a time.
        package var mostHeld = 0
    }

    private struct State {
        var plan: Plan
        var listener: (any Channel)?
        var pairs: [Int: ProxyPair] = [:]
        var counts = Counts()
    }
    private let state: Mutex<State>
    private let host: String
    private let port: Int
    private let group: any EventLoopGroup
    private let seed: UInt64

    /// - Parameters:
    ///   - port: Where the server listens, on the loopback.
    ///   - group: Loops of the proxy's own, else it would slow down with those whose network it plays.
    package init(
        to port: Int, host: String = "127.0.0.1", group: any EventLoopGroup, seed: UInt64 = 1,
        plan: @escaping Plan = { _, _, _ in .clear }
    ) {
        self.host = host
        self.port = port
        self.group = group
        self.seed = seed
        state = Mutex(State(plan: plan))
    }

    package var counts: Counts {
        state.withLock { state in
            var counts = state.counts
            counts.open = state.pairs.count
            return counts
        }
    }

    /// Listens on a free port.
    package func start() async throws -> Int {
        let bootstrap = ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { self.connect($0) }
        let listener = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.listener = listener }
        guard let port = listener.localAddress?.port else { throw TestKitFailure("the proxy has no port") }
        return port
    }

    /// Other conditions from now on, for the connections there are as well.
    package func change(_ plan: @escaping Plan) async throws {
        let pairs = state.withLock { state in
            state.plan = plan
            return state.pairs
        }
        for (number, pair) in pairs {
            try await pair.loop.submit {
                for way in Way.allCases {
                    var random = self.randomness(number, way)
                    let conditions = plan(number, way, &random)
                    pair.link(way).change(to: conditions, random: random)
                }
            }.get()
        }
    }

    /// Ends all connections by RST and listens no more.
    package func stop() async {
        let (listener, pairs) = state.withLock { ($0.listener, Array($0.pairs.values)) }
        // Closed already is as good.
        try? await listener?.close().get()
        for pair in pairs {
            pair.loop.execute { pair.reset() }
            await pair.gone()
        }
    }

    private func randomness(_ connection: Int, _ way: Way) -> SeededRandomness {
        var mixed = SeededRandomness(seed: seed &* 0x1_0001 &+ UInt64(connection) * 2 &+ way.rawValue)
        return SeededRandomness(seed: mixed.next())
    }

    // MARK: Connections

    private func connect(_ client: any Channel) -> EventLoopFuture<Void> {
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: host, port: port)
            .flatMapThrowing { server in try self.join(client, server) }
    }

    private func join(_ client: any Channel, _ server: any Channel) throws {
        let (number, plan) = state.withLock { state in
            defer { state.counts.accepted += 1 }
            return (state.counts.accepted, state.plan)
        }
        func link(_ way: Way, _ source: any Channel, _ sink: any Channel) -> ProxyLink {
            var random = randomness(number, way)
            let conditions = plan(number, way, &random)
            return ProxyLink(from: source, to: sink, conditions: conditions, random: random) { fault in
                self.state.withLock { $0.counts.faults.append(fault) }
            }
        }
        let pair = ProxyPair(
            client: client, server: server, toServer: link(.toServer, client, server),
            toClient: link(.toClient, server, client))
        state.withLock { $0.pairs[number] = pair }
        pair.whenGone { self.state.withLock { $0.pairs[number] = nil } }
        try pair.begin { held in self.state.withLock { $0.counts.mostHeld = max($0.counts.mostHeld, held) } }
    }
}
