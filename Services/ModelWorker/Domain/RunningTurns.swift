// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Which turns run here, and for which of their owners.
///
/// A turn has one owner at a time; each change of owner raises the epoch. A call of an older epoch comes from an owner
/// that lost the turn without knowing, and must not generate beside the new one.
package struct RunningTurns: Sendable {
    /// An older epoch than the one that runs here.
    package struct StaleEpoch: Error, Hashable, Sendable {
        package var running: UInt32
        package init(running: UInt32) { self.running = running }
    }

    private struct Run {
        var epoch: UInt32
        var request: RequestID
    }
    private var runs: [TurnID: Run] = [:]

    package init() {}

    /// Takes the turn over for this call.
    /// - Returns: the call it displaces, which is to be cancelled. An equal epoch is the same owner calling again after
    ///   it lost the first call's connection; the newer call wins.
    package mutating func begin(
        _ turn: TurnID, epoch: UInt32, as request: RequestID
    ) throws(StaleEpoch) -> RequestID? {
        let current = runs[turn]
        if let current, current.epoch > epoch { throw StaleEpoch(running: current.epoch) }
        runs[turn] = Run(epoch: epoch, request: request)
        return current?.request
    }

    /// The call has ended. Does nothing when another has taken the turn over since.
    package mutating func end(_ turn: TurnID, as request: RequestID) {
        if runs[turn]?.request == request { runs[turn] = nil }
    }
}
