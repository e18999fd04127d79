// SPDX-License-Identifier: Apache-2.0

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

/// Goal: whatever a network does to the bytes, each call ends in time and with the truth.
/// Method: calls of every kind, over mutual TLS, through a network that breaks the first connections at octets
/// chosen by a
/// seed: cut, reset, corrupted, repeated, stalled, half gone. `SEED=7 SEEDS=200` tries others.
///
/// The fuzzer's schedules (Tests/Fuzz) try every order of frames on one thread, without time or sockets. Here the order
/// is what the kernel makes of it; tried are TLS, keepalive, connecting again, and that nothing is left behind.
@Suite(.serialized) struct BrokenNetworkTests {
    /// Calls of one round, and how many of them end before the network is whole again.
    private static let callers = 12
    private static let callsPerCaller = 12
    private static let deadline = Duration.seconds(2)
    /// A call may end so much after its deadline, on a machine with other work or under a sanitizer.
    private static let lateness = Duration.seconds(5)
    private static let brokenConnections = 12
    /// As many as it takes for each kind of fault to happen.
    private static let usualSeeds: UInt64 = 4
    private static let seeds = Seeds.these(usualSeeds)
    /// What has happened with the seeds so far.
    private static let happened = Mutex<[UInt64: [LinkConditions.Fault]]>([:])

    /// Each of the first connections breaks once, in one of its ways: where one in three did, most runs went by without
    /// a fault, since a connection that is whole is kept.
    private static let plan: FaultProxy.Plan = { connection, way, random in
        var conditions = LinkConditions()
        conditions.largestSegment = 4_096
        guard connection < brokenConnections, (connection % 2 == 0) == (way == .toClient) else { return conditions }
        let faults: [LinkConditions.Fault] = [
            .finish, .reset, .corrupt(.random(in: 1...255, using: &random)),
            .again(.random(in: 1...LinkConditions.mostRepeated, using: &random)), .stall, .swallow,
        ]
        // Small positions hit the handshake and the preface, large ones the calls.
        let position = Int.random(in: 0...(200 << Int.random(in: 0...8, using: &random)), using: &random)
        conditions.incidents = [.init(at: position, faults[Int.random(in: 0..<faults.count, using: &random)])]
        return conditions
    }

    @Test(arguments: seeds) func callsEndInTimeAndWithTheTruth(_ seed: UInt64) async throws {
        let service = BrokenNetworkService()
        try await BrokenNetwork.run(service, seed: seed, plan: Self.plan) { client, proxy in
            await withTaskGroup(of: Void.self) { tasks in
                for caller in 0..<Self.callers {
                    tasks.addTask {
                        for index in 0..<Self.callsPerCaller {
                            await self.call(
                                client, service, "s\(seed) c\(caller) n\(index)", kind: (caller + index) % 4)
                        }
                    }
                }
            }
            try await proxy.change { _, _, _ in .clear }
            // Connections come back, and what was broken before does not return.
            while await caught({
                let reply = try await client.unary(BrokenNetworkService.read, EchoMessage("after"), Self.context())
                #expect(reply.text == "after")
            }) != nil {}
            let faults = proxy.counts.faults
            Self.happened.withLock { $0[seed] = faults }
        }
        // Every handler has been told; those whose connection is gone have noticed by the end of the server.
        while service.running.load(ordering: .sequentiallyConsistent) > 0 { await Task.yield() }
        let often = service.changed.withLock { $0.filter { $0.value > 1 } }
        #expect(often.isEmpty, "SEED=\(seed): made twice: \(often)")
        Self.checkFaults()
    }

    /// After the last seed: the network was a bad one. Seeds of one's own choice need not show every kind.
    private static func checkFaults() {
        let happened = happened.withLock { $0 }
        guard happened.count == seeds.count else { return }
        let kinds = Set(happened.values.joined().map { String("\($0)".prefix { $0 != "(" }) })
        #expect(!kinds.isEmpty, "no fault has happened")
        guard Seeds.first == 1, seeds.count >= usualSeeds else { return }
        let missing = Set(["finish", "reset", "corrupt", "again", "stall", "swallow"]).subtracting(kinds)
        #expect(missing.isEmpty, "never happened: \(missing)")
    }

    private static func context() -> CallContext {
        CallContext(
            deadline: .after(deadline, from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
    }

    /// Makes one call and holds its end against what may be.
    private func call(_ client: RPCClient, _ service: BrokenNetworkService, _ name: String, kind: Int) async {
        let context = Self.context()
        let failure = await caught {
            switch kind {
            case 0:
                let reply = try await client.unary(BrokenNetworkService.read, EchoMessage(name), context)
                #expect(reply.text == name, "SEED=\(Seeds.first): another call's answer")
            case 1:
                let reply = try await client.unary(BrokenNetworkService.change, EchoMessage(name), context)
                #expect(reply.text == name, "another call's answer")
            case 2: try await follow(client, name, context)
            default: try await talk(client, name, context)
            }
        }
        if let failure {
            let isClean = [.unavailable, .deadlineExceeded].contains(failure.code)
            #expect(isClean, "\(name), kind \(kind): \(failure)")
        }
        let isInTime = !Deadline(context.deadline.instant + Self.lateness).hasPassed(at: SystemTime().now())
        #expect(isInTime, "\(name), kind \(kind): ended long after its deadline")
    }

    private func follow(_ client: RPCClient, _ name: String, _ context: CallContext) async throws {
        try await client.serverStreaming(BrokenNetworkService.follow, EchoMessage(name), context) { reader in
            var count = 0
            while let event = try await reader.nextEvent() {
                #expect(event.text == BrokenNetworkService.event(count, of: name))
                count += 1
            }
            #expect(count == BrokenNetworkService.events, "\(name): a stream that ends well is whole")
            #expect(try await reader.nextEvent() == nil, "\(name): it ends once")
        }
    }

    private func talk(_ client: RPCClient, _ name: String, _ context: CallContext) async throws {
        try await client.bidirectional(BrokenNetworkService.talk, context) { writer, reader in
            for index in 0..<20 {
                try await writer.send(EchoMessage("\(name) \(index)"))
                let event = try await reader.nextEvent()
                #expect(event?.text == "\(name) \(index)")
            }
            writer.finish()
            #expect(try await reader.nextEvent() == nil)
        }
    }

    private func caught(_ body: () async throws -> Void) async -> Failure? {
        do { try await body() } catch { return Failure.untranslated(error) }
        return nil
    }
}
