// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Primitives

/// Which turn, whose, and on behalf of which epoch of its owner.
package struct TurnKey: Hashable, Sendable {
    package var organisation: OrganisationID
    package var turn: TurnID
    package var epoch: UInt32

    package init(organisation: OrganisationID, turn: TurnID, epoch: UInt32) {
        self.organisation = organisation
        self.turn = turn
        self.epoch = epoch
    }
}

/// A turn that is to be made durable.
package struct NewTurn: Sendable {
    package var organisation: OrganisationID
    package var turn: TurnID
    package var user: UserID
    package var project: ProjectID
    package var conversation: ConversationID?
    package var isStored: Bool
    package var model: String
    package var owner: UUIDv7
    package var lease: Duration
}

/// What became of asking for a turn.
package enum TurnAcceptance: Sendable {
    case accepted
    /// The id is known already.
    case known(KnownTurn)
    case noSuchConversation
}

/// One message to keep.
package struct NewItem: Sendable {
    package var id: ItemID
    package var entry: PromptEntry
    package var model: String? = nil
    package var finishReason: String? = nil
}

/// How a turn ended, as it is written.
package struct EndedTurn: Sendable {
    package var user: UserID
    package var conversation: ConversationID?
    package var ending: TurnEnding
    package var tally: TokenTally
    package var item: NewItem?
    /// The message for billing, encoded; nil when billing knows nothing of the turn and need not.
    package var payload: [UInt8]?
    /// How long the relay leaves the row to the owner's own attempt.
    package var grace: Duration
}

package enum EndResult: Hashable, Sendable {
    /// Written now, or by an earlier attempt of ours; the outbox row, when there is one.
    case ended(outbox: Int64?)
    /// Another owner has the turn, or has ended it.
    case lost
}

/// What the turn needs of its table. A protocol so that the story can be told without a database.
package protocol TurnKeeping: Sendable {
    func accept(_ turn: NewTurn, deadline: Deadline) async throws -> TurnAcceptance
    /// Keeps the new messages and lets the answer leave. Throws `TurnRefusal` when the turn is no longer ours.
    func begin(_ key: TurnKey, of turn: NewTurn, items: [NewItem], deadline: Deadline) async throws
    func end(_ key: TurnKey, _ ended: EndedTurn, deadline: Deadline) async throws -> EndResult
    func find(_ turn: TurnID, of organisation: OrganisationID, deadline: Deadline) async throws -> KnownTurn?
}
