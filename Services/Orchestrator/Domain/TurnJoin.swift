// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What the store knows of a turn that somebody asks for again.
package struct KnownTurn: Hashable, Sendable {
    package var user: UserID
    package var state: TurnState
    package var epoch: UInt32
    package var model: String
    package var conversation: ConversationID?
    package var createdAt: Timestamp
    package var finishReason: String?
    package var tally: TokenTally
    package var chargedMicros: Int64
    package var item: ItemID?

    package init(
        user: UserID, state: TurnState, epoch: UInt32, model: String, conversation: ConversationID?,
        createdAt: Timestamp, finishReason: String?, tally: TokenTally, chargedMicros: Int64, item: ItemID?
    ) {
        self.user = user
        self.state = state
        self.epoch = epoch
        self.model = model
        self.conversation = conversation
        self.createdAt = createdAt
        self.finishReason = finishReason
        self.tally = tally
        self.chargedMicros = chargedMicros
        self.item = item
    }
}

/// What to do when a turn id arrives that is already known.
///
/// A turn id is the idempotency key of everything behind it, so asking twice must never generate or charge twice: the
/// second caller follows the first one's turn, or is told its end. A turn that was released before a byte left is told
/// as such too; the client makes a new id to try again.
package enum TurnJoin: Hashable, Sendable {
    /// It runs in this process: follow it here.
    case followHere
    /// It runs elsewhere: follow its log.
    case followLog
    /// It has ended: give what the log still holds, then its end.
    case tellEnd
    /// It is somebody else's. Told as unknown, so that ids cannot be probed.
    case refuse

    package init(_ known: KnownTurn, runsHere: Bool, for user: UserID) {
        if known.user != user {
            self = .refuse
        } else if runsHere {
            self = .followHere
        } else {
            self = known.state.isTerminal ? .tellEnd : .followLog
        }
    }
}
