// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorDomain
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct ListItemsTests {
        /// Goal: a conversation's turns see what was said before, and its items are what was said.
        @Test func aConversationRemembers() async throws {
            try await Ensemble().run { ensemble in
                let id = try await ensemble.conversation().conversationID
                var request = ensemble.request("Hi")
                request.conversationID = id
                _ = try await ensemble.start(request)
                var second = ensemble.request("And now?")
                second.conversationID = id
                _ = try await ensemble.start(second)
                let requests = ensemble.workers.values.flatMap(\.value.requests)
                let seen = requests.max { $0.messages.count < $1.messages.count }
                #expect(seen?.messages.map(\.content) == ["Hi", "Hello!", "And now?"])
                #expect(seen?.messages.map(\.tokenIDs) == [[], [100, 101, 102], []])
                let page = try await ensemble.client.listItems(
                    ListItemsRequest(conversationID: id, limit: 3), ensemble.context())
                #expect(page.items.map(\.content) == ["Hi", "Hello!", "And now?"] && page.hasMore)
                let rest = try await ensemble.client.listItems(
                    ListItemsRequest(conversationID: id, afterItemID: page.items.last?.itemID), ensemble.context())
                #expect(rest.items.map(\.role) == ["assistant"] && !rest.hasMore)
            }
        }

        @Test func aTurnInNobodysConversationIsRefused() async throws {
            try await Ensemble().run { ensemble in
                var request = ensemble.request("Hi")
                request.conversationID = ensemble.identifiers.make()
                let stray = request
                let failure = await #expect(throws: Failure.self) { try await ensemble.start(stray) }
                #expect(failure?.reason == "conversation_not_found")
            }
        }
    }
}
