// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRPCCore
import NIOCore
import Synchronization

struct EchoService: Benchmark_Echo.SimpleServiceProtocol {
    private let ticks: Ticks

    init(loop: any EventLoop) { ticks = Ticks(loop: loop) }

    func call(request: Benchmark_Payload, context: ServerContext) async throws -> Benchmark_Payload { request }

    func stream(
        request: Benchmark_StreamRequest, response: RPCWriter<Benchmark_Payload>, context: ServerContext
    ) async throws {
        var message = Benchmark_Payload()
        // Two octets of protobuf stand before them.
        message.octets = Data(repeating: 120, count: Int(request.octets) - 2)
        while true {
            try await response.write(message)
            if request.isPaced { await ticks.next() }
        }
    }

    func flow(request: Benchmark_FlowRequest, context: ServerContext) async throws -> Benchmark_Payload {
        ticks.begin(milliseconds: Int64(request.periodMs))
        return Benchmark_Payload()
    }
}

/// Wakes paced streams, a hundredth of them at a time, each once in a period.
final class Ticks: Sendable {
    private static let parts = 100
    private struct State {
        var waiting: [[UnsafeContinuation<Void, Never>]] = Array(repeating: [], count: Ticks.parts)
        var turn = 0
        var next = 0
    }
    private let state = Mutex(State())
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func next() async {
        await withUnsafeContinuation { continuation in
            state.withLock { state in
                // Before the first tick they are dealt out evenly; after it a stream comes back to its own part.
                let part = state.turn > 0 ? (state.turn - 1) % Self.parts : state.next % Self.parts
                state.next += 1
                state.waiting[part].append(continuation)
            }
        }
    }

    func begin(milliseconds: Int64) {
        loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(milliseconds / Int64(Self.parts))) { _ in
            let woken = self.state.withLock { state in
                let part = state.turn % Self.parts
                state.turn += 1
                defer { state.waiting[part] = [] }
                return state.waiting[part]
            }
            for continuation in woken { continuation.resume() }
        }
    }
}
