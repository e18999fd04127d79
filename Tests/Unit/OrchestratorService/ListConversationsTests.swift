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
    @Suite struct ListConversationsTests {
        @Test func pagesAreNewestFirstAndComplete() async throws {
            let ensemble = Ensemble()
            for number in 0..<5 { _ = try await ensemble.conversation(title: "\(number)") }
            var titles: [String] = []
            var after: ConversationID?
            while true {
                let page = try await ensemble.client.listConversations(
                    ListConversationsRequest(limit: 2, afterConversationID: after), ensemble.context())
                titles += page.conversations.map(\.title)
                after = page.conversations.last?.conversationID
                if !page.hasMore { break }
            }
            #expect(titles == ["4", "3", "2", "1", "0"])
        }
    }
}
