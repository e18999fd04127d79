// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Transport
import Wire

/// Two clients with their own connections to two servers, over mutual TLS.
final class CallStage: Sendable {
    private let service = PlannedService()
    private let lines = LineCounts()
    private let seats: [ServerSeat]
    private let clients: [RPCConnections]
    private let callers: [PlannedCaller]
    private let observers: [EndedCalls]
    private let schedule: CallSchedule
    private static let loops: any EventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    private init(_ schedule: CallSchedule) throws {
        self.schedule = schedule
        // However busy the machine: whoever goes waits for an answer, and for the calls it has.
        var limits = WireLimits.standard
        limits.farewell = CallPlan.patience
        limits.connectionGrace = CallPlan.patience * 2
        if let age = schedule.age { limits.connectionAge = .milliseconds(age) }
        let identities = try EchoIdentities.shared.get()
        let lines = lines
        let logger = Logger(label: "stage") { _ in lines }
        let table = service.table
        let (group, tls) = (Self.loops, try TLSContext.server(identity: identities.server))
        let seats = try (0..<CallSchedule.servers).map { _ in
            ServerSeat(port: try FreePort.find()) { [limits] port in
                RPCServer(
                    table: table, listen: ServiceAddress(host: "127.0.0.1", port: port), tls: tls, group: group,
                    limits: limits, drainTime: CallPlan.patience * 2, logger: logger)
            }
        }
        self.seats = seats
        let observers = [EndedCalls(), EndedCalls()]
        self.observers = observers
        let context = try TLSContext.client(identity: identities.client)
        clients = observers.map { observer in
            RPCConnections(
                service: .auth, addresses: seats.map { ServiceAddress(host: "127.0.0.1", port: $0.port) }, tls: context,
                group: group, limits: limits, observer: observer, logger: logger)
        }
        callers = clients.map { PlannedCaller($0.client) }
    }

    /// - Returns: What is wrong with how it went.
    static func run(_ schedule: CallSchedule) async throws -> [String] {
        let stage = try CallStage(schedule)
        return try await stage.play() + stage.leftovers()
    }

    private func play() async throws -> [String] {
        try await withThrowingTaskGroup(of: Void.self) { servers in
            for seat in seats {
                servers.addTask { try await seat.serve() }
                try await seat.isOpen.wait()
            }
            let complaints = try await clients[0].whileConnected { _ in
                try await self.clients[1].whileConnected { _ in try await self.perform() }
            }
            for seat in seats { seat.leave() }
            try await servers.waitForAll()
            return complaints
        }
    }

    private func perform() async throws -> [String] {
        var complaints: [String] = []
        await withTaskGroup(of: String?.self) { calls in
            var open = 0
            var replaced: Latch?
            for move in schedule.moves {
                switch move {
                case .call(let plan):
                    if open == schedule.mostAtOnce, let ended = await calls.next() {
                        if let ended { complaints.append(ended) }
                        open -= 1
                    }
                    open += 1
                    calls.addTask { await self.callers[plan.client].make(plan) }
                case .replace(let number):
                    // The other one is there meanwhile. Thrown only if the whole test is cancelled.
                    try? await replaced?.wait()
                    replaced = seats[number].replace()
                case .rest:
                    while let ended = await calls.next() { if let ended { complaints.append(ended) } }
                    open = 0
                }
            }
            while let ended = await calls.next() { if let ended { complaints.append(ended) } }
            try? await replaced?.wait()
        }
        for line in ["connection lost", "peer broke the protocol", "connection given up", "drain time is over"] {
            let count = lines.count(line)
            if count > 0 { complaints.append("\(count) times: \(line)") }
        }
        return complaints
    }

    /// Looks at the books once everything has ended.
    private func leftovers() async -> [String] {
        // Each of these becomes true a moment later on a loop; one that never does makes the test run out of time.
        while service.running.load(ordering: .sequentiallyConsistent) > 0 { await Task.yield() }
        for seat in seats { while OpenSockets.count(port: seat.port) > 0 { await Task.yield() } }
        var complaints: [String] = []
        // What the schedule is about has happened: servers went, and connections of age were replaced.
        let drained = lines.count("draining")
        if drained != schedule.replacements + seats.count { complaints.append("\(drained) servers are drained") }
        let connected = lines.count("connected")
        let isWhole = schedule.moves.count == CallSchedule.length
        if isWhole, schedule.age != nil, connected <= seats.count * clients.count * 2 {
            complaints.append("only \(connected) connections are made")
        }
        let begun = service.begun.withLock { $0 }
        for (name, count) in begun where name != "tick" && count > 1 {
            complaints.append("\(name) is made \(count) times")
        }
        for (number, caller) in callers.enumerated() {
            for name in caller.done.withLock({ $0 }) where begun[name] == nil {
                complaints.append("\(name) is not made")
            }
            let (made, ended) = (caller.made.load(ordering: .relaxed), observers[number].count.load(ordering: .relaxed))
            if made != ended { complaints.append("\(made) calls are made and \(ended) end") }
            let left = clients[number].client.connectionCount
            if left != 0 { complaints.append("\(left) connections are left") }
        }
        return complaints
    }
}

/// An address at which one server follows another.
final class ServerSeat: Sendable {
    let port: Int
    /// The first server listens.
    let isOpen = Latch()
    private let make: @Sendable (Int) -> RPCServer
    private struct State {
        var server: RPCServer?
        var isLast = false
        var successor: Latch?
    }
    private let state = Mutex(State())

    init(port: Int, _ make: @escaping @Sendable (Int) -> RPCServer) {
        self.port = port
        self.make = make
    }

    func serve() async throws {
        while true {
            let server = make(port)
            try await server.bind()
            let successor = state.withLock { state in
                state.server = server
                defer { state.successor = nil }
                return state.successor
            }
            isOpen.open()
            successor?.open()
            try await server.run()
            if state.withLock({ $0.isLast }) { return }
        }
    }

    /// Drains the server of now. What is returned opens when the next one listens.
    func replace() -> Latch {
        let successor = Latch()
        let server = state.withLock { state in
            state.successor = successor
            return state.server
        }
        server?.stop()
        return successor
    }

    func leave() {
        let server = state.withLock { state in
            state.isLast = true
            return state.server
        }
        server?.stop()
    }
}

/// Counts calls that are over.
final class EndedCalls: CallObserver {
    let count = Atomic<Int>(0)
    func callEnded(_ record: borrowing CallRecord) { count.wrappingAdd(1, ordering: .relaxed) }
}
