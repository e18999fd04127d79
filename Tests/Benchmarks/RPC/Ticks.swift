// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Wakes paced streams, a hundredth of them at a time, each once in a period.
///
/// `@unchecked Sendable`: confined to the server's one loop.
final class Ticks: @unchecked Sendable {
    private static let parts = 100
    private var waiting: [[UnsafeContinuation<Void, Never>]] = Array(repeating: [], count: Ticks.parts)
    private var turn = 0
    private var dealt = 0

    nonisolated(nonsending) func next() async {
        await withUnsafeContinuation { continuation in
            // Before the first tick they are dealt out evenly; after it a stream comes back to its own part.
            let part = turn > 0 ? (turn - 1) % Self.parts : dealt % Self.parts
            dealt += 1
            waiting[part].append(continuation)
        }
    }

    func begin(on loop: any EventLoop, milliseconds: Int64) {
        loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(milliseconds / Int64(Self.parts))) { _ in
            let part = self.turn % Self.parts
            self.turn += 1
            let woken = self.waiting[part]
            self.waiting[part] = []
            for continuation in woken { continuation.resume() }
        }
    }
}
