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
    @Suite struct GetConversationTests {
        @Test func aColleaguesConversationIsNotFound() async throws {
            let ensemble = Ensemble()
            let made = try await ensemble.conversation()
            let request = GetConversationRequest(conversationID: made.conversationID)
            let found = try await ensemble.client.getConversation(request, ensemble.context())
            #expect(found == made)
            let failure = await #expect(throws: Failure.self) {
                try await ensemble.client.getConversation(request, ensemble.colleague)
            }
            #expect(failure?.reason == "conversation_not_found")
        }
    }
}
