// SPDX-License-Identifier: Apache-2.0

import Primitives
import Synchronization

/// How many callers follow one turn again at once.
///
/// Coming back is not admitted anew: it computes nothing, and the turn was admitted and is paid for once. So that one
/// admitted turn is not read by a thousand, few may come back to it at a time; an honest client is one, and two or
/// three while its broken connections have not been noticed.
package final class ResumedStreams: Sendable {
    package static let mostOfOneTurn = 4

    private struct Name: Hashable {
        var organisation: OrganisationID
        var turn: TurnID
    }

    private let open = Mutex<[Name: Int]>([:])

    package init() {}

    /// Takes a place. Ends with `leave`.
    func enter(_ turn: TurnID, of organisation: OrganisationID) throws(Failure) {
        let isFree = open.withLock { open in
            let name = Name(organisation: organisation, turn: turn)
            guard open[name, default: 0] < Self.mostOfOneTurn else { return false }
            open[name, default: 0] += 1
            return true
        }
        guard isFree else { throw .tooManyStreams }
    }

    func leave(_ turn: TurnID, of organisation: OrganisationID) {
        open.withLock { open in
            let name = Name(organisation: organisation, turn: turn)
            let rest = (open[name] ?? 1) - 1
            open[name] = rest > 0 ? rest : nil
        }
    }

    func count(of turn: TurnID, _ organisation: OrganisationID) -> Int {
        open.withLock { $0[Name(organisation: organisation, turn: turn)] ?? 0 }
    }
}

extension Failure {
    static let tooManyStreams = Failure(
        .resourceExhausted, "This answer is being read too many times at once.", reason: "too_many_streams",
        retry: .after(.seconds(1)))
}
