// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import OrchestratorDomain
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorService

extension Ensemble {
    func conversation(title: String = "T", metadata: String? = nil) async throws -> ConversationReply {
        try await client.createConversation(
            CreateConversationRequest(
                conversationID: identifiers.make(), title: title, metadataJSON: metadata.map { Array($0.utf8) }),
            context())
    }

    /// A colleague: same organisation, another person.
    var colleague: CallContext { context(principal.colleague(identifiers.make())) }
}

extension EnsembleSuites {
    @Suite struct CreateConversationTests {
        @Test func theSameIDAgainIsTheSameConversation() async throws {
            let ensemble = Ensemble()
            let made = try await ensemble.conversation(title: "Plans", metadata: #"{"team": "sea"}"#)
            #expect(made.title == "Plans" && made.metadataJSON == Array(#"{"team": "sea"}"#.utf8))
            let request = CreateConversationRequest(conversationID: made.conversationID, title: "Other")
            let again = try await ensemble.client.createConversation(request, ensemble.context())
            #expect(again.title == "Plans")
            let failure = await #expect(throws: Failure.self) {
                try await ensemble.client.createConversation(request, ensemble.colleague)
            }
            #expect(failure?.code == .alreadyExists)
        }

        @Test(arguments: ["[]", #"{"a": 1}"#, #"{"a": {"b": "c"}}"#, "{", #"{"a": "\u0000"}"#])
        func metadataIsAFlatObjectOfStrings(metadata: String) async {
            let ensemble = Ensemble()
            let failure = await #expect(throws: Failure.self) { try await ensemble.conversation(metadata: metadata) }
            #expect(failure?.reason == "invalid_metadata")
        }
    }
}
