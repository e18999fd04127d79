// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOPosix
import Synchronization

/// The calling end.
struct Load: Sendable {
    var folder: String
    var port: Int
    var group: MultiThreadedEventLoopGroup
    /// Calls in flight, streams or connections.
    var count: Int
    var seconds: Double

    /// What all tasks write to. The default shape has several threads, so it is locked; one call costs a hundred times
    /// as much.
    private final class Tally: Sendable {
        struct State {
            var messages = 0
            var microseconds: [Int] = []
            var perStream: [Int] = []
            var started = ContinuousClock.now
            var isOver = false
        }
        let state = Mutex(State())
        var isOver: Bool { state.withLock { $0.isOver } }

        func add(since start: ContinuousClock.Instant, now: ContinuousClock.Instant) {
            state.withLock {
                $0.messages += 1
                if start >= $0.started { $0.microseconds.append(Int((now - start) / .microseconds(1))) }
            }
        }

        func begin() {
            state.withLock {
                $0.messages = 0
                $0.microseconds = []
                $0.microseconds.reserveCapacity(200_000)
                $0.started = .now
            }
        }

        /// Ends the run and says what came of it.
        func end() -> String {
            state.withLock { state in
                state.isOver = true
                let taken = (ContinuousClock.now - state.started) / .seconds(1)
                let sorted = state.microseconds.sorted()
                func quantile(_ part: Double) -> Int {
                    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
                }
                return "{\"messages\": \(state.messages), \"seconds\": \(taken), \"p50_us\": \(quantile(0.5)), "
                    + "\"p99_us\": \(quantile(0.99)), \"worst_us\": \(sorted.last ?? 0), "
                    + "\"fewest\": \(state.perStream.min() ?? 0)}"
            }
        }
    }

    func calls(_ connections: Int) async throws {
        let tally = Tally()
        try await withClients(connections) { clients in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                var message = Benchmark_Payload()
                // Three octets of protobuf stand before them: 241 in all.
                message.octets = Data(repeating: 120, count: 238)
                for index in 0..<count {
                    let echo = clients[index % clients.count]
                    tasks.addTask { [message] in
                        while !tally.isOver {
                            let started = ContinuousClock.now
                            _ = try await echo.call(message, options: Self.options)
                            tally.add(since: started, now: .now)
                        }
                    }
                }
                try await measure(tally)
                tasks.cancelAll()
            }
        }
    }

    func streams() async throws {
        let tally = Tally()
        try await withClients(1) { clients in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<count {
                    tasks.addTask {
                        try await clients[0].stream(.with { $0.octets = 100 }) { response in
                            for try await _ in response.messages {
                                tally.state.withLock { $0.messages += 1 }
                                if tally.isOver { break }
                            }
                        }
                    }
                }
                try await measure(tally)
                // Streams have no other end: the process goes with them.
                exit(0)
            }
        }
    }

    /// Connections that do nothing after one call.
    func idle() async throws {
        try await withClients(1) { clients in
            _ = try await clients[0].call(Benchmark_Payload())
            phase("BEGIN")
            try await withClients(count) { clients in
                for echo in clients { _ = try await echo.call(Benchmark_Payload()) }
                try await Task.sleep(for: .seconds(1))
                phase("IDLE")
                exit(0)
            }
        }
    }

    /// Streams that have got one message and wait; then a message each second.
    func open() async throws {
        let tally = Tally()
        tally.state.withLock { $0.perStream = Array(repeating: 0, count: count) }
        try await withClients(1) { clients in
            let echo = clients[0]
            for _ in 0..<100 { _ = try await echo.call(Benchmark_Payload()) }
            phase("BEGIN")
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for index in 0..<count {
                    tasks.addTask {
                        let request = Benchmark_StreamRequest.with {
                            $0.octets = 100
                            $0.isPaced = true
                        }
                        try await echo.stream(request) { response in
                            var last = ContinuousClock.now
                            for try await _ in response.messages {
                                tally.add(since: last, now: .now)
                                tally.state.withLock { $0.perStream[index] += 1 }
                                last = .now
                            }
                        }
                    }
                    if index % 200 == 199 { try await Task.sleep(for: .milliseconds(20)) }
                }
                while tally.state.withLock({ $0.messages }) < count { try await Task.sleep(for: .milliseconds(50)) }
                try await Task.sleep(for: .seconds(1))
                phase("IDLE")
                _ = try await echo.flow(.with { $0.periodMs = 1_000 })
                try await Task.sleep(for: .seconds(2))
                tally.begin()
                tally.state.withLock { $0.perStream = Array(repeating: 0, count: count) }
                try await Task.sleep(for: .seconds(seconds))
                phase("FLOWING", tally.end())
                exit(0)
            }
        }
    }

    private static var options: CallOptions {
        var options = CallOptions.defaults
        options.timeout = .seconds(10)
        return options
    }

    private func measure(_ tally: Tally) async throws {
        // The first half second warms caches and windows and is not counted.
        try await Task.sleep(for: .milliseconds(500))
        phase("BEGIN")
        tally.begin()
        try await Task.sleep(for: .seconds(seconds))
        phase("END", tally.end())
    }

    /// A client has one connection.
    private func withClients(
        _ number: Int, _ body: @Sendable ([Benchmark_Echo.Client<ClientTransport>]) async throws -> Void
    ) async throws {
        let clients = try (0..<number).map { _ in
            GRPCClient(
                transport: try ClientTransport(
                    target: .ipv4(address: "127.0.0.1", port: port),
                    transportSecurity: .mTLS(
                        certificateChain: [.file(path: "\(folder)/gateway.crt", format: .pem)],
                        privateKey: .file(path: "\(folder)/gateway.key", format: .pem)
                    ) { tls in
                        tls.trustRoots = .certificates([.file(path: "\(folder)/ca.crt", format: .pem)])
                        // The address is a number and the certificate's name a service's: the chain is what is checked.
                        tls.serverCertificateVerification = .noHostnameVerification
                    }, eventLoopGroup: group))
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for client in clients { tasks.addTask { try await client.runConnections() } }
            try await body(clients.map { Benchmark_Echo.Client(wrapping: $0) })
            for client in clients { client.beginGracefulShutdown() }
            tasks.cancelAll()
        }
    }
}
