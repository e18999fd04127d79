// SPDX-License-Identifier: Apache-2.0

import Primitives
import Synchronization

/// The turns of one tick, for the few tasks that append to their logs: each takes the next that has something to
/// append.
final class AppendLine: Sendable {
    struct Due: Sendable {
        var turn: LiveTurn
        var batch: [TurnLogEntry]
    }

    private let turns: Mutex<ArraySlice<LiveTurn>>
    private let idle: Duration

    /// - Parameter idle: after this much silence a turn has something to ask the log for.
    init(_ turns: [LiveTurn], idle: Duration) {
        self.turns = Mutex(turns[...])
        self.idle = idle
    }

    func next(at now: MonotonicInstant) -> Due? {
        while let turn = turns.withLock({ $0.popFirst() }) {
            if let batch = turn.takeLogBatch(at: now, idle: idle) { return Due(turn: turn, batch: batch) }
        }
        return nil
    }
}
