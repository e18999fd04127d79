// SPDX-License-Identifier: Apache-2.0

/// Where a turn stands.
///
/// A turn moves only forward: accepted, running, then exactly one of settled, released and expired. Accepted means
/// that its row is durable and nothing of its answer has left; running, that its answer may leave. Settled turns were
/// charged by their owner, expired ones by whoever found them abandoned, released ones cost nothing.
package enum TurnState: String, Hashable, Sendable, CaseIterable {
    case accepted, running, settled, released, expired

    package var isTerminal: Bool {
        switch self {
        case .accepted, .running: false
        case .settled, .released, .expired: true
        }
    }
}

/// What can happen to a turn.
package enum TurnStep: Hashable, Sendable {
    /// Everything that must be durable before the first byte of the answer is.
    case start
    /// Its owner's lease ran out and another process takes it over.
    case adopt
    /// It ends in this terminal state.
    case end(TurnState)
}

/// Why a step is refused.
package enum TurnRefusal: Error, Hashable, Sendable {
    /// The step was made for an epoch that another owner has left behind.
    case staleEpoch(current: UInt32)
    /// The turn has ended; it ends once.
    case alreadyEnded(TurnState)
    /// The step leads backwards, which is a mistake of ours.
    case illegal
}

/// A turn's state and the epoch of its owner: the two columns every write compares.
///
/// The store enforces the same rules in one statement (`WHERE epoch = … AND ended_at IS NULL`); this value is where
/// they are written down and tested.
package struct TurnLife: Hashable, Sendable {
    package private(set) var state: TurnState
    package private(set) var epoch: UInt32

    /// A new turn, in its first owner's hands.
    package init() {
        state = .accepted
        epoch = 1
    }

    package init(state: TurnState, epoch: UInt32) {
        self.state = state
        self.epoch = epoch
    }

    /// Takes one step on behalf of an owner's epoch. An adoption names the epoch it found.
    package mutating func take(_ step: TurnStep, epoch asked: UInt32) throws(TurnRefusal) {
        guard !state.isTerminal else { throw .alreadyEnded(state) }
        guard asked == epoch else { throw .staleEpoch(current: epoch) }
        switch step {
        case .start:
            guard state == .accepted else { throw .illegal }
            state = .running
        case .adopt:
            epoch += 1
        case .end(let end):
            guard end.isTerminal else { throw .illegal }
            state = end
        }
    }
}
