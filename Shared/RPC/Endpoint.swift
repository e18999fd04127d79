// SPDX-License-Identifier: Apache-2.0

import Primitives
import Synchronization

/// One address of a service: what all its connections, on all loops, learn of it and may know.
///
/// While all is well a call costs it two relaxed loads; `Endpoints` keeps the rest behind one lock, which is taken for
/// faults, and for every call only while some address is in trouble.
package final class Endpoint: Sendable {
    /// Host and port, for the log.
    package let name: String
    private let all: Endpoints
    private let marks = Atomic<UInt8>(0)
    /// Good answers while it is watched, not told to the lock yet.
    private let untold = Atomic<Int>(0)

    private static let watched: UInt8 = 1
    private static let troubled: UInt8 = 2
    /// Calls in a row went unanswered: the next answer ends the row.
    private static let silent: UInt8 = 4
    /// Answers collected before they are told: few enough that a fault's share is right to a hundredth.
    private static let toldAtOnce = 16

    init(_ name: String, in all: Endpoints) {
        self.name = name
        self.all = all
    }

    /// Whether calls may go there without asking.
    var isGood: Bool { marks.load(ordering: .relaxed) & Self.troubled == 0 }

    package func permit() -> Standing.Permit { isGood ? .use : all.permit(self) }

    // MARK: What its connections learn

    /// An answer, or the end of a stream, has come from there.
    func answered(_ code: StatusCode, _ failure: Failure?) {
        if code == .ok {
            if marks.load(ordering: .relaxed) != 0 { answeredWhileWatched() }
            return
        }
        switch Outcome(code, isAnswered: true) {
        case .ok, .client:
            if marks.load(ordering: .relaxed) != 0 { answeredWhileWatched() }
        case .overload:
            if case .after(let wait)? = failure?.retry { all.overloaded(self, for: wait) }
            if marks.load(ordering: .relaxed) != 0 { answeredWhileWatched() }
        case .fault:
            all.faulted(self)
        }
    }

    /// Something has come that nobody waits for any more: it lives.
    func heard() {
        if marks.load(ordering: .relaxed) != 0 { all.answered(self) }
    }

    private func answeredWhileWatched() {
        let count = untold.add(1, ordering: .relaxed).newValue
        // While it is shut out, or was silent, each answer decides; while its faults are counted a few may wait.
        guard marks.load(ordering: .relaxed) != Self.watched || count >= Self.toldAtOnce else { return }
        all.answered(self)
    }

    /// A call ran out of time while nothing came, or was lost with its connection.
    func fellSilent() { all.fellSilent(self) }
    /// A call ran out of time although other things came.
    func wasSlow() { all.faulted(self) }

    /// A connection has said hello.
    package func connected() { all.connected(self) }
    /// No connection came about; the next attempt is in `wait`.
    package func couldNotConnect(nextIn wait: Duration) { all.couldNotConnect(self, nextIn: wait) }

    // MARK: For `Endpoints`

    func takeUntold() -> Int { untold.exchange(0, ordering: .relaxed) }

    func mark(_ standing: Standing) {
        var now: UInt8 = standing.isWatched ? Self.watched : 0
        if standing.isShutOut || standing.isAvoided { now |= Self.troubled }
        if standing.isSilent { now |= Self.silent }
        marks.store(now, ordering: .relaxed)
    }
}
