// SPDX-License-Identifier: Apache-2.0

package import Loops
import NIOCore
package import Primitives
import Synchronization
package import Wire

/// The live connections that a client may use on one loop, and the calls that wait for one.
///
/// `@unchecked Sendable`: confined to its loop, but for the count of live connections, which is atomic.
package final class ConnectionPool: @unchecked Sendable {
    package let loop: LoopExecutor
    private let waitingCalls: Int
    /// Where the pool's connections lead; nil in memory, where nothing is ever out of reach.
    private let endpoints: Endpoints?
    /// The one address that the pool is for, if it is for one.
    private let only: Endpoint?
    private var connections: [ClientConnection] = []
    private var balance: Balance
    private var waiting: [Waiter] = []
    private let live = Atomic<Int>(0)
    /// Told, on the loop, when a call finds no connection and begins to wait.
    private let onWaiting: @Sendable () -> Void
    /// The address is gone: there will never be a connection again.
    private var isRetired = false

    /// - Parameters:
    ///   - zone: Where this process runs: connections to the same zone are preferred.
    ///   - seed: for tests, which want the same chance every time.
    package init(
        loop: LoopExecutor, limits: WireLimits, endpoints: Endpoints? = nil, only: Endpoint? = nil,
        zone: Zone = .unknown, seed: UInt64? = nil, onWaiting: @escaping @Sendable () -> Void = {}
    ) {
        self.loop = loop
        self.endpoints = endpoints
        self.only = only
        self.onWaiting = onWaiting
        waitingCalls = limits.waitingCalls
        balance = Balance(zone: zone, random: seed.map { SpanRandom(seed: $0) } ?? SpanRandom())
    }

    /// Connections that take calls now. May be asked from any thread.
    package var liveConnections: Int { live.load(ordering: .relaxed) }

    func add(_ connection: ClientConnection) {
        guard !isRetired else { return }
        connections.append(connection)
        balance.update(connections)
        live.store(connections.count, ordering: .relaxed)
        wakeAll()
    }

    /// No connection will come any more: calls that wait for one, and all later ones, are refused at once. Calls on the
    /// connections that are left go on.
    package func retire() {
        loop.execute {
            self.isRetired = true
            self.connections.removeAll()
            self.balance.update([])
            self.live.store(0, ordering: .relaxed)
            self.wakeAll()
        }
    }

    /// What is known of an address has changed for the worse: who waits for a connection looks again whether it makes
    /// sense. May be called from any thread.
    package func reconsider() {
        loop.execute {
            if !self.waiting.isEmpty, self.isHopeless { self.wakeAll() }
        }
    }

    private func wakeAll() {
        let woken = waiting
        waiting.removeAll()
        for waiter in woken { waiter.wake() }
    }

    func remove(_ connection: ClientConnection) {
        connections.removeAll { $0 === connection }
        balance.update(connections)
        live.store(connections.count, ordering: .relaxed)
    }

    /// The connection for the next call; nil when there is none that may be used.
    /// - Parameter avoided: where the call was before: another address is taken, else another connection.
    func choose(avoiding avoided: ClientConnection? = nil) -> ClientConnection? {
        guard let endpoints, !endpoints.areGood else { return balance.choose(avoiding: avoided) { _ in .use } }
        return balance.choose(avoiding: avoided) { Self.permit($0, endpoints) }
    }

    /// The same; and when there is none, how long until one of those that are refused now may be asked again.
    private func choose(orIn wait: inout Duration?) -> ClientConnection? {
        guard let endpoints, !endpoints.areGood else { return choose() }
        var first: MonotonicInstant?
        let chosen = balance.choose(avoiding: nil) { candidate in
            let permit = Self.permit(candidate, endpoints)
            if case .refuse(let until) = permit { first = min(first ?? until, until) }
            return permit
        }
        wait = first.map(endpoints.remaining)
        return chosen
    }

    /// A probe is only asked for where it could start at once: one that is given and not made would be lost to others.
    private static func permit(_ candidate: ClientConnection, _ endpoints: Endpoints) -> Standing.Permit {
        guard let endpoint = candidate.endpoint, !endpoint.isGood else { return .use }
        guard candidate.hasFreeCall, candidate.hasRoom else { return endpoints.busy }
        return endpoint.permit()
    }

    /// A second connection for a call that waits on `first`; nil unless one is at hand that is good.
    func chooseSecond(beside first: ClientConnection) -> ClientConnection? {
        guard connections.count > 1 else { return nil }
        let second = balance.choose(avoiding: first) {
            $0.endpoint?.isGood ?? true ? .use : .refuse(until: Deadline.distantFuture.instant)
        }
        guard let second, second.hasFreeCall, second.hasRoom else { return nil }
        return second
    }

    /// Whether one of the connections takes a call now, and its address is good.
    var hasGoodRoom: Bool {
        connections.contains { $0.isUsable && $0.endpoint?.isGood ?? true && $0.hasFreeCall && $0.hasRoom }
    }

    /// Whether there is more than one connection.
    var hasSeveral: Bool { connections.count > 1 }

    /// Why nobody should wait for a connection; nil when it makes sense.
    func refusal() -> Failure? { endpoints?.refusal(only) }

    private var isHopeless: Bool { endpoints?.hopelessUntil(only) != nil }

    /// A connection to make a call on, waiting for one until `deadline` when there is none. Call on the loop.
    /// - Parameter givesUp: Whether it gives up as soon as waiting makes no sense any more.
    nonisolated(nonsending) func connection(
        until deadline: Deadline, now: MonotonicInstant, givesUp: Bool = true
    ) async throws(Failure) -> ClientConnection {
        if let ready = choose() { return ready }
        onWaiting()
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
        var hasWaited = false
        while true {
            var wait: Duration?
            if let ready = choose(orIn: &wait) { return ready }
            // Before it began to wait, its caller has looked.
            if hasWaited, givesUp, !waiter.isLate, !isRetired, let refusal = refusal() { throw refusal }
            guard !waiter.isLate, !isRetired, waiting.count < waitingCalls else {
                waiting.removeAll { $0 === waiter }
                throw .noConnection
            }
            // An address that is shut out says nothing when its time is over: somebody has to look.
            let look = wait.map { wait in
                loop.eventLoop.scheduleTask(in: .nanoseconds(wait.nanoseconds)) { [loop] in
                    self.waiting.removeAll { $0 === waiter }
                    waiter.wake()
                    loop.runBatch()
                }
            }
            await waiter.wait(on: loop) { self.waiting.append(waiter) }
            look?.cancel()
            if Task.isCancelled {
                waiting.removeAll { $0 === waiter }
                throw .cancelled
            }
            hasWaited = true
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
