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
    @Suite struct DeleteConversationTests {
        @Test func aDeletedConversationIsGone() async throws {
            let ensemble = Ensemble()
            let made = try await ensemble.conversation()
            let request = DeleteConversationRequest(conversationID: made.conversationID)
            await #expect(throws: Failure.self) {
                try await ensemble.client.deleteConversation(request, ensemble.colleague)
            }
            _ = try await ensemble.client.deleteConversation(request, ensemble.context())
            let failure = await #expect(throws: Failure.self) {
                try await ensemble.client.deleteConversation(request, ensemble.context())
            }
            #expect(failure?.code == .notFound)
        }
    }
}
