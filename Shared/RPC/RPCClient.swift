// SPDX-License-Identifier: Apache-2.0

import Loops
import Metrics
import NIOCore
package import Primitives
import Synchronization
package import Wire

/// Makes calls to one service, over whichever of its connections has the least to do (`Balance`).
///
/// Calls made by a task pinned to a connection's loop cost no thread switch; all others hop there and back. A call
/// waits for a connection until its deadline, unless every address is known to be silent (`Endpoints`). One whose
/// connection dies before an answer is repeated once, elsewhere if possible, when its peer has certainly not looked at
/// it, or when its method is idempotent and the budget allows.
package final class RPCClient: Sendable {
    private let pools: [ConnectionPool]
    private let service: PeerName
    private let limits: WireLimits
    private let observer: (any CallObserver)?
    let time: any TimeSource
    let budget = RetryBudget()
    let hedges: Counter
    private let turn = Atomic<Int>(0)
    // In nanoseconds, worked out once.
    private let hopReserve: Int64
    private let leastUsefulTime: Int64

    /// `pools`: one for each loop that has connections.
    package init(
        service: PeerName, pools: [ConnectionPool], limits: WireLimits = .standard, observer: (any CallObserver)? = nil,
        time: any TimeSource = SystemTime()
    ) {
        precondition(!pools.isEmpty, "a client needs at least one pool")
        self.service = service
        self.pools = pools
        self.limits = limits
        hopReserve = limits.hopReserve.nanoseconds
        leastUsefulTime = limits.leastUsefulTime.nanoseconds
        self.observer = observer
        self.time = time
        hedges = Counter(label: "parley_rpc_hedges_total", dimensions: [("service", service.rawValue)])
    }

    /// Whether a call could be made now without waiting for a connection.
    package var isConnected: Bool { connectionCount > 0 }
    /// Live connections, over all loops.
    package var connectionCount: Int { pools.reduce(0) { $0 + $1.liveConnections } }

    /// Whether a call from this loop would go out at once, over a connection that is known to be good.
    package var isReadyHere: Bool { pools.contains { $0.loop.isCurrent && $0.hasGoodRoom } }

    /// Returns when a call could be made; for start-up and readiness checks.
    /// - Throws: `unavailable` when no connection came about before the deadline.
    package func connected(until deadline: Deadline) async throws(Failure) {
        let pool = pool()
        try await withTaskExecutorPreference(pool.loop) { () async throws(Failure) in
            _ = try await pool.connection(until: deadline, now: self.time.now(), givesUp: false)
        }
    }

    /// The pool of the loop we run on, else any.
    private func pool() -> ConnectionPool {
        guard pools.count > 1 else { return pools[0] }
        for pool in pools where pool.loop.isCurrent { return pool }
        let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return pools[Int(UInt(bitPattern: number) % UInt(pools.count))]
    }

    // MARK: Unary

    /// Makes a call with one request and one answer. In one function, because each further one costs every call a frame
    /// and a look for its executor.
    package nonisolated(nonsending) func unary<Q, R>(
        _ method: Method<Q, R>, _ request: Q, _ context: CallContext
    ) async throws(Failure) -> R {
        let pool = pool()
        guard pool.loop.isCurrent else {
            return try await withTaskExecutorPreference(pool.loop) { () async throws(Failure) -> R in
                try await self.unary(method, request, context)
            }
        }
        let started = time.now()
        let deadline = Self.deadline(method.description, context, now: started)
        budget.earn()
        var avoided: ClientConnection?
        while true {
            var call: ClientCall
            do throws(Failure) {
                if avoided == nil,
                    let opened = try openNow(
                        method.description, context, deadline: deadline, now: started, on: pool, request)
                {
                    call = opened
                } else {
                    call = try await open(
                        method.description, context, deadline: deadline, now: started, on: pool, avoiding: avoided
                    ) { [limits] out throws(Failure) in try out.append(request, limits: limits) }
                }
            } catch {
                observe(method.description, context, started: started, status: error.code)
                throw error
            }
            do throws(Failure) {
                let answer: ByteBuffer
                if method.description.hedgeAfter != nil, avoided == nil {
                    answer = try await hedged(
                        &call, method.description, request, context, started: started, on: pool)
                } else {
                    await withUnsafeContinuation { call.waitBriefly($0) }
                    if let ready = call.answer { answer = ready } else { answer = try await call.awaitAnswer() }
                }
                let reply = try R.decoded(from: answer)
                observe(method.description, context, started: started, status: .ok)
                return reply
            } catch {
                call.leave()
                if avoided == nil, call.isUnanswered, !deadline.hasPassed(at: time.now()),
                    call.isUntouched || method.isIdempotent && !call.wasHedged && budget.spend()
                {
                    avoided = call.client
                    continue
                }
                observe(method.description, context, started: started, status: error.code)
                throw error
            }
        }
    }

    // MARK: Streams

    /// Calls a streaming method. Leaving `body`, by return or throw, ends the call: the peer is told to stop.
    package nonisolated(nonsending) func serverStreaming<Q, E, T>(
        _ method: Method<Q, E>, _ request: Q, _ context: CallContext,
        _ body: nonisolated(nonsending) (StreamReader<E>) async throws -> T
    ) async throws -> T {
        let started = time.now()
        let call = try await openStream(method.description, context, started: started, encoding(request))
        return try await scope(call, context, started: started) {
            try await body(StreamReader(stream: call))
        }
    }

    @inline(never)
    private func encoding(_ request: some BinaryMessage) -> Encoding {
        { [limits] out throws(Failure) in try out.append(request, limits: limits) }
    }

    /// Calls a bidirectional method. `finish()` on the writer closes our half; leaving `body` ends the call.
    package nonisolated(nonsending) func bidirectional<Q, E, T>(
        _ method: Method<Q, E>, _ context: CallContext,
        _ body: nonisolated(nonsending) (StreamWriter<Q>, StreamReader<E>) async throws -> T
    ) async throws -> T {
        let started = time.now()
        let call = try await openStream(method.description, context, started: started, nil)
        return try await scope(call, context, started: started) {
            try await body(StreamWriter(stream: call), StreamReader(stream: call))
        }
    }

    private nonisolated(nonsending) func scope<T>(
        _ call: ClientCall, _ context: CallContext, started: MonotonicInstant,
        _ body: nonisolated(nonsending) () async throws -> T
    ) async throws -> T {
        do {
            let result = try await body()
            end(call, context, started: started, .cancelled)
            return result
        } catch {
            end(call, context, started: started, (error as? Failure)?.code ?? .cancelled)
            throw error
        }
    }

    private func end(_ call: ClientCall, _ context: CallContext, started: MonotonicInstant, _ status: StatusCode) {
        call.client.loop.execute {
            call.leave()
            self.observe(call.method, context, started: started, status: call.status ?? status)
        }
    }

    /// Appends a call's one message to its OPEN frame.
    private typealias Encoding = @Sendable (inout ByteBuffer) throws(Failure) -> Void

    private func openStream(
        _ method: MethodDescription, _ context: CallContext, started: MonotonicInstant, _ message: Encoding?
    ) async throws(Failure) -> ClientCall {
        let pool = pool()
        let deadline = Self.deadline(method, context, now: started)
        if let call = try openStreamNow(method, context, deadline: deadline, now: started, on: pool, message) {
            return call
        }
        return try await openStreamLater(method, context, deadline: deadline, started: started, on: pool, message)
    }

    /// Opens a stream where nothing has to be waited for, as nearly always; else nil. What a waiting opener needs of
    /// room would stay with its task for the stream's whole life.
    @inline(never)
    private func openStreamNow(
        _ method: MethodDescription, _ context: CallContext, deadline: Deadline, now: MonotonicInstant,
        on pool: ConnectionPool, _ message: Encoding?
    ) throws(Failure) -> ClientCall? {
        guard pool.loop.isCurrent, !Task.isCancelled, let connection = pool.choose(), connection.hasFreeCall,
            connection.hasRoom
        else { return nil }
        do throws(Failure) {
            let milliseconds = try travelling(deadline, at: now)
            let call = ClientCall(client: connection, method: method, deadline: deadline)
            try connection.open(
                call, context: context, milliseconds: milliseconds, flags: message == nil ? .none : .wholeRequest
            ) { out throws(Failure) in try message?(&out) }
            return call
        } catch {
            observe(method, context, started: now, status: error.code)
            throw error
        }
    }

    @inline(never)
    private nonisolated(nonsending) func openStreamLater(
        _ method: MethodDescription, _ context: CallContext, deadline: Deadline, started: MonotonicInstant,
        on pool: ConnectionPool, _ message: Encoding?
    ) async throws(Failure) -> ClientCall {
        do throws(Failure) {
            guard pool.loop.isCurrent else {
                return try await withTaskExecutorPreference(pool.loop) { () async throws(Failure) -> ClientCall in
                    try await self.open(
                        method, context, deadline: deadline, now: started, on: pool, avoiding: nil, message)
                }
            }
            return try await open(
                method, context, deadline: deadline, now: started, on: pool, avoiding: nil, message)
        } catch {
            observe(method, context, started: started, status: error.code)
            throw error
        }
    }

    // MARK: Opening

    /// Opens a call with one request if nothing has to be waited for, as nearly always; else nil.
    private func openNow(
        _ method: MethodDescription, _ context: CallContext, deadline: Deadline, now: MonotonicInstant,
        on pool: ConnectionPool, _ request: some BinaryMessage
    ) throws(Failure) -> ClientCall? {
        guard let connection = pool.choose(), connection.hasFreeCall, connection.hasRoom else { return nil }
        if Task.isCancelled { throw .cancelled }
        return try openNow(method, context, deadline: deadline, now: now, over: connection, request)
    }

    /// Opens a call with one request over a connection that has room for it.
    func openNow(
        _ method: MethodDescription, _ context: CallContext, deadline: Deadline, now: MonotonicInstant,
        over connection: ClientConnection, _ request: some BinaryMessage
    ) throws(Failure) -> ClientCall {
        let milliseconds = try travelling(deadline, at: now)
        let call = ClientCall(client: connection, method: method, deadline: deadline)
        try connection.open(call, context: context, milliseconds: milliseconds, flags: .wholeRequest) {
            out throws(Failure) in try out.append(request, limits: limits)
        }
        return call
    }

    private nonisolated(nonsending) func open(
        _ method: MethodDescription, _ context: CallContext, deadline: Deadline, now: MonotonicInstant,
        on pool: ConnectionPool, avoiding avoided: ClientConnection?, _ message: Encoding?
    ) async throws(Failure) -> ClientCall {
        // The clock is read again only if something had to be waited for.
        var now: MonotonicInstant? = avoided == nil ? now : nil
        while true {
            if Task.isCancelled { throw .cancelled }
            let connection: ClientConnection
            if let ready = pool.choose(avoiding: avoided) ?? (avoided == nil ? nil : pool.choose()) {
                connection = ready
            } else {
                if let refusal = pool.refusal() { throw refusal }
                connection = try await pool.connection(until: deadline, now: time.now())
                now = nil
            }
            guard connection.hasFreeCall else {
                throw Failure(
                    .resourceExhausted, "Too many calls are open to this service.", reason: "too_many_calls",
                    retry: .now)
            }
            let call = ClientCall(client: connection, method: method, deadline: deadline)
            if !connection.hasRoom {
                do throws(Failure) {
                    try await call.awaitRoom()
                } catch {
                    // It was never sent, so nobody counts it as a repeat: it waits for room elsewhere.
                    if call.isUnanswered, !connection.isUsable, !deadline.hasPassed(at: time.now()) { continue }
                    throw error
                }
                now = nil
                guard connection.isUsable, connection.hasFreeCall else { continue }
            }
            let milliseconds = try travelling(deadline, at: now ?? time.now())
            try connection.open(
                call, context: context, milliseconds: milliseconds, flags: message == nil ? .none : .wholeRequest
            ) { out throws(Failure) in try message?(&out) }
            return call
        }
    }

    /// The time left as it travels: less our reserve, in whole milliseconds, all ones for a call without end.
    private func travelling(_ deadline: Deadline, at now: MonotonicInstant) throws(Failure) -> UInt32 {
        if deadline.isDistant { return UInt32.max }
        let left = deadline.nanosecondsLeft(at: now) - hopReserve
        // Hopeless: the callee would refuse it for the same reason.
        guard left >= leastUsefulTime else { throw .deadlineExceeded }
        return UInt32(clamping: min(left / 1_000_000, Int64(UInt32.max) - 1))
    }

    static func deadline(
        _ method: MethodDescription, _ context: CallContext, now: MonotonicInstant
    ) -> Deadline {
        guard let own = method.deadlineNanoseconds else { return context.deadline }
        return min(context.deadline, .after(nanoseconds: own, from: now))
    }

    private func observe(
        _ method: MethodDescription, _ context: CallContext, started: MonotonicInstant, status: StatusCode
    ) {
        guard let observer else { return }
        observer.callEnded(
            CallRecord(
                side: .client, method: method, peer: service, status: status, started: started, ended: time.now(),
                trace: context.trace, parentSpan: 0, requestID: context.requestID))
    }
}
