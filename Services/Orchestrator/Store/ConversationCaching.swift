// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Primitives

/// Recent conversations in Redis. Losing any of it costs a read from Postgres and nothing else.
package protocol ConversationCaching: Sendable {
    /// Everything said so far, or nil when the cache does not know.
    func history(of id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws -> [PromptEntry]?
    /// Keeps what was read from Postgres, unless a turn is writing to the conversation.
    func keep(
        _ history: [PromptEntry], of id: ConversationID, owner: ConversationOwner, deadline: Deadline
    ) async throws
    /// A turn begins to write: what the cache holds is worthless from here on.
    func beginWrite(_ id: ConversationID, owner: ConversationOwner, turn: TurnID, deadline: Deadline) async throws
    /// The turn has written all; keeps the new state when no other turn wrote meanwhile.
    func endWrite(
        _ history: [PromptEntry], of id: ConversationID, owner: ConversationOwner, turn: TurnID, deadline: Deadline
    ) async throws
    func drop(_ id: ConversationID, owner: ConversationOwner, deadline: Deadline) async throws
}
