// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Primitives

/// One entry of a turn's log.
package enum TurnLogEntry: Hashable, Sendable {
    /// A worker took the turn: what a sweeper needs to settle it.
    case started(prompt: UInt32, cached: UInt32)
    /// Tokens of the answer, redacted; several pieces at once when they came close together.
    case tokens(ReleasedPiece)
    /// What was found for the question, as the client is told it (an encoded TurnCitations).
    case citations([UInt8])
    /// Somebody asks for the end.
    case cancelled
    /// Another process owns the turn from here on.
    case adopted
    /// The last event, as the client is told it (an encoded TurnFinished).
    case finished([UInt8])
}

/// What the log said to an append.
package enum TurnLogAnswer: Hashable, Sendable {
    case appended
    /// Written, and somebody has asked for the end of the turn.
    case cancelRequested
    /// Not written: a newer epoch owns the turn.
    case stale
}

/// An entry with its place.
package struct TurnLogRecord: Hashable, Sendable {
    package var id: String
    package var epoch: UInt32
    package var entry: TurnLogEntry
}

package protocol TurnLogging: Sendable {
    /// Appends for an epoch, all entries or none. With no entries it asks whether the turn is still ours and wanted.
    func append(_ entries: [TurnLogEntry], to key: TurnKey, keep: Duration, deadline: Deadline) async throws
        -> TurnLogAnswer
    /// Entries after an id ("" for the start), oldest first, at most `most`.
    func read(_ turn: TurnID, of organisation: OrganisationID, after: String, most: Int, deadline: Deadline)
        async throws -> [TurnLogRecord]
    /// Leaves word for the owner that the turn shall end; false when there is no log.
    func requestCancel(_ turn: TurnID, of organisation: OrganisationID, deadline: Deadline) async throws -> Bool
    /// Says that somebody follows this log from another process; to be said again before `duration` is over.
    func attend(_ turn: TurnID, of organisation: OrganisationID, for duration: Duration, deadline: Deadline)
        async throws
    /// Whether somebody has said so.
    func isAttended(_ turn: TurnID, of organisation: OrganisationID, deadline: Deadline) async throws -> Bool
}

extension Array where Element == TurnLogRecord {
    /// What the log says was billed so far: the counts of the worker and the tokens that were appended.
    package var tally: TokenTally {
        var tally = TokenTally()
        for record in self {
            switch record.entry {
            case .started(let prompt, let cached): tally.started(prompt: prompt, cached: cached)
            case .tokens(let piece): tally.append(piece.count)
            case .citations, .cancelled, .adopted, .finished: break
            }
        }
        return tally
    }

    /// The answer's text so far.
    package var text: [UInt8] {
        flatMap { record -> [UInt8] in
            if case .tokens(let piece) = record.entry { piece.text } else { [] }
        }
    }
}
