// SPDX-License-Identifier: Apache-2.0

import Loops
import Metrics
import NIOCore
import Primitives

extension RPCClient {
    /// Waits for the answer of an opened call, and makes it a second time elsewhere when none has come in the time that
    /// its method says. The first good answer wins and the other call is cancelled; `call` is then the one that counts.
    ///
    /// One task waits on both calls: the second wakes the reader of the first. So nothing can outlive the wait, and
    /// cancellation and deadline reach it as they reach any call. Costs a timer, where there is a second connection.
    nonisolated(nonsending) func hedged(
        _ call: inout ClientCall, _ method: MethodDescription, _ request: some BinaryMessage, _ context: CallContext,
        started: MonotonicInstant, on pool: ConnectionPool
    ) async throws(Failure) -> ByteBuffer {
        guard let patience = method.hedgeAfter, pool.hasSeveral else { return try await call.awaitAnswer() }
        let first = call
        let bell = HedgeBell(first, after: patience)
        defer { bell.cancel() }
        while !bell.hasRung {
            if let answer = try first.poll() { return answer }
            try await first.awaitNewsOfAny()
        }
        if let answer = try first.poll() { return answer }
        guard let second = second(beside: first, method, request, context, started: started, on: pool) else {
            return try await first.awaitAnswer()
        }
        second.companion = first
        defer { second.companion = nil }
        do throws(Failure) {
            let winner = try await race(first, second)
            (winner === first ? second : first).leave()
            call = winner
            guard let answer = try winner.poll() else { throw .undecodable("no message in the answer") }
            return answer
        } catch {
            second.leave()
            throw error
        }
    }

    /// The same call over another connection, if one is at hand and the budget allows.
    private func second(
        beside first: ClientCall, _ method: MethodDescription, _ request: some BinaryMessage, _ context: CallContext,
        started: MonotonicInstant, on pool: ConnectionPool
    ) -> ClientCall? {
        guard let connection = pool.chooseSecond(beside: first.client), budget.spend() else { return nil }
        // What speaks against opening it, as too little time, ends the first soon enough.
        let opened = try? openNow(
            method, context, deadline: first.deadline, now: time.now(), over: connection, request)
        guard let opened else { return nil }
        first.wasHedged = true
        opened.wasHedged = true
        hedges.increment()
        return opened
    }

    /// The first of two calls that has something to say: a good answer, or what any server would have said.
    private nonisolated(nonsending) func race(
        _ first: ClientCall, _ second: ClientCall
    ) async throws(Failure) -> ClientCall {
        while true {
            let verdicts = [first.verdict, second.verdict]
            if let index = verdicts.firstIndex(of: .final) { return index == 0 ? first : second }
            // Neither did well: the one that was answered knows more than the one that was lost.
            if verdicts.allSatisfy({ $0 == .failed }) { return first.isUnanswered ? second : first }
            try await first.awaitNewsOfAny()
        }
    }
}

extension ClientCall {
    /// Waits until this call or its companion has something to say, or the task is cancelled.
    nonisolated(nonsending) fileprivate func awaitNewsOfAny() async throws(Failure) {
        await awaitNews()
        if Task.isCancelled { throw failure ?? .cancelled }
    }

    enum Verdict { case waiting, final, failed }

    /// How far the call has come, as a race sees it.
    var verdict: Verdict {
        do throws(Failure) {
            return try poll() == nil ? .waiting : .final
        } catch {
            switch Outcome(error.code, isAnswered: !isUnanswered) {
            case .ok, .client: return .final
            case .overload, .fault: return .failed
            }
        }
    }
}

/// Rings once, on the loop, when a call has waited for long enough.
///
/// `@unchecked Sendable`: confined to the call's loop.
final class HedgeBell: @unchecked Sendable {
    private(set) var hasRung = false
    private var timer: Scheduled<Void>?

    init(_ call: CallStream, after patience: Duration) {
        let loop = call.connection.loop
        timer = loop.eventLoop.scheduleTask(in: .nanoseconds(patience.nanoseconds)) {
            self.hasRung = true
            call.wake()
            loop.runBatch()
        }
    }

    func cancel() { timer?.cancel() }
}
