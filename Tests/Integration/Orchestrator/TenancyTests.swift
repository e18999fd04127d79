// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Postgres
import Primitives
import Testing

@testable import OrchestratorService

@Suite struct TenancyTests {
    @Test func anotherOrganisationSeesNothing() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn(isStored: true)
            let key = under.key(turn)
            _ = try await under.parts.turns.accept(turn, deadline: under.deadline)
            try await under.parts.turns.begin(
                key, of: turn,
                items: [NewItem(id: under.parts.identifiers.make(), entry: PromptEntry(.user, "mine"))],
                deadline: under.deadline)
            _ = try await under.parts.turns.end(
                key, under.ended(turn, .finished("stop"), TokenTally(prompt: 1, completion: 1), text: "ours"),
                deadline: under.deadline)
            let stranger = StoresUnderTest.somebody()
            for tenant in [stranger.organisation, nil] {
                for table: SQL in [
                    "SELECT 1 FROM conversations.turns", "SELECT 1 FROM conversations.items",
                    "SELECT 1 FROM conversations.outbox", "SELECT 1 FROM conversations.conversations",
                ] {
                    #expect(try await under.database.query(table, tenant: tenant, deadline: under.deadline).isEmpty)
                }
            }
            let mine = try await under.database.query(
                "SELECT 1 FROM conversations.items", tenant: turn.organisation, deadline: under.deadline)
            #expect(mine.count == 2)
        }
    }

    @Test func nobodyWritesForAnotherOrganisation() async throws {
        try await StoresUnderTest.run { under in
            let turn = under.turn()
            let stranger = StoresUnderTest.somebody()
            await #expect(throws: DatabaseFailure.self) {
                _ = try await under.database.query(
                    """
                    INSERT INTO conversations.outbox (organisation_id, turn_id, kind, payload, due_at)
                    VALUES (\(turn.organisation), \(turn.turn), 'settle', \([1, 2] as [UInt8]), now())
                    """, tenant: stranger.organisation, deadline: under.deadline)
            }
        }
    }

    /// A partition is a table of its own, and must not be a way around the parent's policy.
    @Test func partitionsAreClosedToTheService() async throws {
        try await StoresUnderTest.run { under in
            await #expect(throws: DatabaseFailure.self) {
                _ = try await under.database.query(
                    "SELECT 1 FROM conversations.items_default", tenant: nil, deadline: under.deadline)
            }
        }
    }

    @Test func aColleaguesConversationIsNotFound() async throws {
        try await StoresUnderTest.run { under in
            let owner = ConversationOwner(under.principal)
            var colleague = owner
            colleague.user = under.parts.identifiers.make()
            let id: ConversationID = under.parts.identifiers.make()
            let store = under.parts.conversations
            let made = try await store.create(
                id, owner: owner, title: "Plans", metadata: Array(#"{"a": "b"}"#.utf8), deadline: under.deadline)
            #expect(made?.title == "Plans")
            #expect(try await store.find(id, owner: colleague, deadline: under.deadline) == nil)
            let taken = try await store.create(
                id, owner: colleague, title: "", metadata: Array("{}".utf8), deadline: under.deadline)
            #expect(taken == nil)
            #expect(try await store.delete(id, owner: colleague, deadline: under.deadline) == false)
            #expect(try await store.delete(id, owner: owner, deadline: under.deadline))
            #expect(try await store.find(id, owner: owner, deadline: under.deadline) == nil)
        }
    }
}
