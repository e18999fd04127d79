// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import Synchronization
import TestKit
import Testing

/// Tasks that run handlers are used from call to call; nothing of that may be seen.
@Suite struct CallWorkersTests {
    private static let method = Method<EchoMessage, EchoMessage>(
        id: 1, name: "workers.Do", kind: .unary, isIdempotent: true, deadline: nil, callers: [.gateway])

    @TaskLocal private static var mark = ""

    private func run(_ table: MethodTable, _ body: (RPCClient) async throws -> Void) async throws {
        let transport = InProcessTransport(table: table, caller: .gateway)
        defer { transport.close() }
        try await body(transport.client)
    }

    private func context() -> CallContext {
        CallContext(
            deadline: .after(.seconds(60), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
    }

    private func caught(_ body: () async throws -> Void) async -> Failure? {
        do { try await body() } catch { return error as? Failure }
        return nil
    }

    /// Goal: a handler that waits holds up nobody. Every handler of a batch waits until all have begun.
    @Test func handlersOfOneBatchRunBesideEachOther() async throws {
        let begun = Mutex(0)
        let all = Latch()
        var table = MethodTable()
        table.unary(Self.method) { request, _ in
            if begun.withLock({
                $0 += 1
                return $0 == 300
            }) {
                all.open()
            }
            if request.text == "wait" { try await all.wait() }
            return request
        }
        try await run(table) { client in
            for text in ["wait", "go"] {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<300 {
                        group.addTask {
                            let answer = try await client.unary(Self.method, EchoMessage(text), context())
                            #expect(answer.text == text)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// Goal: a cancelled call cancels its own handler and none that the same connection serves later.
    @Test func aCancelledHandlerIsTheLastOfItsTask() async throws {
        let started = Mutex([Latch]())
        let cancelled = Mutex(0)
        var table = MethodTable()
        table.unary(Self.method) { request, _ in
            #expect(!Task.isCancelled)
            guard let index = Int(request.text) else { return request }
            started.withLock { $0[index] }.open()
            do {
                try await Latch().wait()
            } catch {
                cancelled.withLock { $0 += 1 }
            }
            return request
        }
        try await run(table) { client in
            for round in 0..<50 {
                let latch = Latch()
                started.withLock { $0.append(latch) }
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let failure = await caught {
                            _ = try await client.unary(Self.method, EchoMessage("\(round)"), context())
                        }
                        #expect(failure?.code == .cancelled)
                    }
                    try? await latch.wait()
                    group.cancelAll()
                }
                for _ in 0..<3 { _ = try await client.unary(Self.method, EchoMessage("go"), context()) }
            }
            while cancelled.withLock({ $0 }) < 50 { await Task.yield() }
        }
    }

    /// Goal: a handler that goes to another thread and back, and one that throws, are answered like any other.
    @Test func whereverAHandlerHasBeenItsCallIsAnswered() async throws {
        // No loop of the pool that the calls themselves run on.
        let elsewhere = LoopExecutor.of(TestLoops.network.next())
        var table = MethodTable()
        table.unary(Self.method) { request, _ in
            #expect(Self.mark.isEmpty)
            return try await Self.$mark.withValue(request.text) {
                if request.text == "fail" { throw Failure(.aborted, "As asked.", reason: "asked") }
                await withTaskExecutorPreference(elsewhere) { await Task.yield() }
                return EchoMessage(Self.mark)
            }
        }
        try await run(table) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        guard index % 3 > 0 else {
                            let failure = await caught {
                                _ = try await client.unary(Self.method, EchoMessage("fail"), context())
                            }
                            #expect(failure?.code == .aborted)
                            return
                        }
                        let answer = try await client.unary(Self.method, EchoMessage("\(index)"), context())
                        #expect(answer.text == "\(index)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
