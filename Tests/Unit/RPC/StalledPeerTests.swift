// SPDX-License-Identifier: Apache-2.0

import CShims
import Logging
import NIOCore
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport
import Wire

/// Goal: a peer that stops reading its socket costs its own streams only: callers on other connections keep their pace,
/// the server holds no more for it than it says, and gives that back.
/// Method: one of two clients stands behind a network that stalls. It has granted more than sixty mebibytes, so that
/// only the server's own bounds stop what is written for it.
@Suite(.serialized) struct StalledPeerTests {
    private static let streams = 64
    private static let elementBytes = 4_000
    private static let rounds = 3
    /// What the greedy client itself and the network between hold in the same process.
    private static let others = 10 << 20
    /// Much less than what waits for a peer, much more than what a round leaves (60 KB).
    private static let leftOver = 1 << 20
    /// How much slower the others may be, on a machine with other work.
    private static let mostSlower = 3.0

    /// Nobody is given up for its silence while this is looked at.
    private static var limits: WireLimits {
        var limits = WireLimits.standard
        limits.pingInterval = .seconds(600)
        return limits
    }

    private struct Measured {
        var clear: [Duration] = []
        var stalled: [Duration] = []
        /// Allocated octets before, at most during, and after each round.
        var before: [Int] = []
        var during: [Int] = []
        var after: [Int] = []
    }

    @Test(.timeLimit(.minutes(10))) func theOthersKeepTheirPaceAndTheServerItsBounds() async throws {
        let service = PlannedService()
        let identities = try EchoIdentities.shared.get()
        let logger = Logger(label: "stalled") { _ in SwiftLogNoOpLogHandler() }
        let server = RPCServer(
            table: service.table, listen: ServiceAddress(host: "127.0.0.1", port: 0),
            tls: try .server(identity: identities.server), group: TestLoops.contract, limits: Self.limits,
            drainTime: .seconds(1), logger: logger)
        let port = try #require(try await server.bind().port)
        let connections = RPCConnections(
            service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: port)],
            tls: try .client(identity: identities.client), group: TestLoops.contract, limits: Self.limits,
            logger: logger)
        var measured = Measured()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            measured = try await connections.whileConnected { client in
                var measured = Measured()
                for _ in 0...Self.rounds { try await self.round(client, service, port: port, &measured) }
                return measured
            }
        }
        // What is held too much, or not given back, shows in every round; what the process needs once only in some.
        let held = zip(measured.before, measured.during).map { $1 - $0 }
        let kept = zip(measured.before, measured.after).map { $1 - $0 }
        let own = Self.limits.queuedBytes + Self.streams * Self.elementBytes
        #expect(try #require(held.min()) <= own + Self.others, "octets held for a peer that does not read: \(held)")
        #expect(try #require(kept.min()) <= Self.leftOver, "not given back: \(kept)")
        let clear = try #require(measured.clear.min())
        let stalled = try #require(measured.stalled.min())
        #expect(stalled / clear < Self.mostSlower, "\(stalled) beside a stalled peer, \(clear) without")
    }

    private func round(
        _ other: RPCClient, _ service: PlannedService, port: Int, _ measured: inout Measured
    ) async throws {
        measured.before.append(allocatedBytes())
        for _ in 0..<3 { measured.clear.append(try await pace(other)) }
        let proxy = FaultProxy(to: port, group: TestLoops.network)
        let reached = try await proxy.start()
        var greedy = Self.limits
        greedy.streamCredit = 1 << 20
        greedy.connectionCredit = 64 << 20
        let connections = RPCConnections(
            service: .auth, addresses: [ServiceAddress(host: "127.0.0.1", port: reached)],
            tls: try .client(identity: try EchoIdentities.shared.get().client), group: TestLoops.contract,
            limits: greedy, logger: Logger(label: "stalled") { _ in SwiftLogNoOpLogHandler() })
        let seen = try await connections.whileConnected { client in
            try await self.stall(client, proxy, other)
        }
        measured.stalled += seen.pace
        measured.during.append(seen.mostBytes)
        // One that stays makes the test run out of time.
        while service.running.load(ordering: .sequentiallyConsistent) > 0 { await Task.yield() }
        while OpenSockets.count(port: reached) > 0 { await Task.yield() }
        measured.after.append(allocatedBytes())
    }

    /// Many streams, then silence on their way, and what the other caller makes of it; ends by RST.
    private func stall(
        _ client: RPCClient, _ proxy: FaultProxy, _ other: RPCClient
    ) async throws -> (pace: [Duration], mostBytes: Int) {
        let reading = (0..<Self.streams).map { _ in Latch() }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (number, latch) in reading.enumerated() {
                tasks.addTask { await Self.follow(client, number, latch) }
            }
            for latch in reading { try await latch.wait() }
            try await proxy.change { _, way, _ in
                var conditions = LinkConditions()
                if way == .toClient { conditions.incidents = [.init(at: 0, .stall)] }
                return conditions
            }
            var pace: [Duration] = []
            var most = 0
            for _ in 0..<5 {
                pace.append(try await self.pace(other))
                most = max(most, allocatedBytes())
            }
            await proxy.stop()
            try await tasks.waitForAll()
            return (pace, most)
        }
    }

    private static func follow(_ client: RPCClient, _ number: Int, _ reading: Latch) async {
        var plan = CallPlan(name: "stalled \(number)", client: 0, kind: .follow)
        (plan.size, plan.count) = (elementBytes, .max)
        let failure = await #expect(throws: Failure.self) {
            // It ends with its network, however long that takes under a sanitizer.
            var context = Self.context()
            context.deadline = .distantFuture
            try await client.serverStreaming(PlannedService.follow, EchoMessage(plan.request), context) { reader in
                while try await reader.nextEvent() != nil { reading.open() }
            }
        }
        #expect(failure?.code == .unavailable)
        reading.open()
    }

    /// How long another's calls take: many small ones in a row.
    private func pace(_ client: RPCClient) async throws -> Duration {
        let plan = CallPlan(name: "tick", client: 1, kind: .read)
        return try await ContinuousClock().measure {
            for _ in 0..<500 {
                _ = try await client.unary(PlannedService.read, EchoMessage(plan.request), Self.context())
            }
        }
    }

    private static func context() -> CallContext {
        CallContext(
            deadline: .after(CallPlan.patience, from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
    }
}

/// Memory that this process has asked its allocator for and not given back. Steadier than what is resident: the
/// allocator keeps pages of tests long over.
private func allocatedBytes() -> Int { Int(parley_heap_bytes()) }
