// SPDX-License-Identifier: Apache-2.0

package import Loops
import NIOCore
import Primitives
import Synchronization
package import Wire

/// The live connections that a client may use on one loop, and the calls that wait for one.
///
/// `@unchecked Sendable`: confined to its loop, but for the count of live connections, which is atomic.
package final class ConnectionPool: @unchecked Sendable {
    package let loop: LoopExecutor
    private let waitingCalls: Int
    private var connections: [ClientConnection] = []
    private var waiting: [Waiter] = []
    private let live = Atomic<Int>(0)
    /// Where the search for the least busy starts: else the first of equals would get all calls of a quiet service.
    private var rotation = 0

    package init(loop: LoopExecutor, limits: WireLimits) {
        self.loop = loop
        waitingCalls = limits.waitingCalls
    }

    /// Connections that take calls now. May be asked from any thread.
    package var liveConnections: Int { live.load(ordering: .relaxed) }

    func add(_ connection: ClientConnection) {
        connections.append(connection)
        live.store(connections.count, ordering: .relaxed)
        let woken = waiting
        waiting.removeAll()
        for waiter in woken { waiter.wake() }
    }

    func remove(_ connection: ClientConnection) {
        connections.removeAll { $0 === connection }
        live.store(connections.count, ordering: .relaxed)
    }

    /// The least busy of the live connections.
    func leastBusy(avoiding avoided: ClientConnection?) -> ClientConnection? {
        guard connections.count > 1 else {
            guard let only = connections.first, only !== avoided, only.isUsable else { return nil }
            return only
        }
        rotation = (rotation + 1) % connections.count
        var best: ClientConnection?
        for index in connections.indices {
            let candidate = connections[(rotation + index) % connections.count]
            guard candidate !== avoided, candidate.isUsable else { continue }
            if let known = best, known.inFlight <= candidate.inFlight { continue }
            best = candidate
        }
        return best
    }

    /// A connection to make a call on, waiting for one until `deadline` when there is none. Call on the loop.
    nonisolated(nonsending) func connection(
        until deadline: Deadline, now: MonotonicInstant, avoiding avoided: ClientConnection?
    ) async throws(Failure) -> ClientConnection {
        if let ready = leastBusy(avoiding: avoided) { return ready }
        let waiter = Waiter()
        if !deadline.isDistant {
            let delay = max(0, deadline.remaining(at: now).nanoseconds)
            waiter.timer = loop.eventLoop.scheduleTask(in: .nanoseconds(delay)) { [loop] in
                waiter.isLate = true
                waiter.wake()
                loop.runBatch()
            }
        }
        defer { waiter.timer?.cancel() }
        while true {
            if let ready = leastBusy(avoiding: avoided) { return ready }
            guard !waiter.isLate, waiting.count < waitingCalls else {
                waiting.removeAll { $0 === waiter }
                throw .noConnection
            }
            await waiter.wait(on: loop) { self.waiting.append(waiter) }
            if Task.isCancelled {
                waiting.removeAll { $0 === waiter }
                throw .cancelled
            }
        }
    }

    /// One call that waits for a connection. `@unchecked Sendable`: confined to the pool's loop.
    private final class Waiter: @unchecked Sendable {
        var continuation: UnsafeContinuation<Void, Never>?
        var timer: Scheduled<Void>?
        var isLate = false

        func wake() {
            guard let waiting = continuation else { return }
            continuation = nil
            waiting.resume()
        }

        nonisolated(nonsending) func wait(on loop: LoopExecutor, _ register: () -> Void) async {
            await withTaskCancellationHandler {
                await withUnsafeContinuation { continuation in
                    if Task.isCancelled || isLate { return continuation.resume() }
                    self.continuation = continuation
                    register()
                }
            } onCancel: {
                loop.execute { self.wake() }
            }
        }
    }
}

extension Failure {
    /// No connection to the service came about before the deadline.
    static let noConnection = Failure(
        .unavailable, "The service cannot be reached.", reason: "no_connection", retry: .now)
}
