// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives
import RPC
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    @Suite struct RetrievalTurnTests {
        @Test func citationsAndDegradationAreTold() async throws {
            try await Ensemble().run { ensemble in
                let citation = Citation(
                    number: 1, fileID: ensemble.identifiers.make(), passageID: ensemble.identifiers.make(),
                    filename: "sea.md", text: "The sea is deep.")
                ensemble.passages.change { $0 = .success([citation]) }
                var request = ensemble.request("How deep?")
                request.retrieval = RetrievalRequest()
                let told = try await ensemble.start(request)
                #expect(told.citations == TurnCitations(citations: [citation]))
                let prompt = ensemble.workers.values.flatMap(\.value.requests).first?.messages.first?.content
                #expect(prompt?.contains("[1] sea.md\nThe sea is deep.") == true)

                ensemble.passages.change { $0 = .failure(Failure(.unavailable, "Away.", reason: "away")) }
                request.turnID = ensemble.identifiers.make()
                let without = try await ensemble.start(request)
                #expect(without.citations == TurnCitations(isDegraded: true) && without.text == "Hello!")
            }
        }
    }
}
