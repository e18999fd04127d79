// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Primitives
import Synchronization

/// How the two halves of a turn go that run side by side: its gate, and the answer behind it.
final class TurnHalves: Sendable {
    /// How generation went.
    enum Outcome: Sendable {
        case ended(GenerationEnd, Failure?)
        case known(KnownTurn)
    }

    enum Part: Sendable {
        case opened
        case answered(GenerationEnd)
        case failed(Failure)
        case known(KnownTurn)
    }

    private struct State {
        var isOpen = false
        var answered: GenerationEnd?
        /// The first that makes the other half worthless.
        var broken: Outcome?

        var areDone: Bool { broken != nil || isOpen && answered != nil }
    }

    private let state = Mutex(State())

    /// Notes an end; what comes after both have ended, or one has failed, changes nothing.
    /// - Returns: whether it is decided how the turn ends.
    func note(_ part: Part) -> Bool {
        state.withLock { state in
            if !state.areDone {
                switch part {
                case .opened: state.isOpen = true
                case .answered(let end): state.answered = end
                case .known(let turn): state.broken = .known(turn)
                case .failed(let failure):
                    state.broken = .ended(.failed(word: failure.reason, message: failure.message), failure)
                }
            }
            return state.areDone
        }
    }

    /// A turn that nothing has decided was given up with its process.
    var outcome: Outcome {
        state.withLock { state in
            if let broken = state.broken { return broken }
            return .ended(state.isOpen ? state.answered ?? .cancelled : .cancelled, nil)
        }
    }
}
