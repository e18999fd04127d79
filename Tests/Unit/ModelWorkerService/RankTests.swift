// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import RPC
import Testing

struct RankTests {
    @Test func theNearestTextScoresHighest() async throws {
        let client = WorkerFixture().client
        let request = RankTextsRequest(
            model: WorkerFixture.embedding, query: "the cat on the mat",
            texts: ["quarterly revenue grew", "a cat on a mat", "the cat on the mat"])
        let reply = try await client.rank(request, WorkerFixture.context())
        #expect(reply.scores.count == 3 && reply.promptTokens > 0)
        #expect(reply.scores[2] > 0.999 && reply.scores[1] > reply.scores[0])
        let none = try await client.rank(
            RankTextsRequest(model: WorkerFixture.embedding, query: "x"), WorkerFixture.context())
        #expect(none.scores.isEmpty)
    }

    @Test func tooMuchIsRefusedWithAReason() async throws {
        let client = WorkerFixture().client
        let cases = [
            ("model_not_found", RankTextsRequest(model: "other", query: "a", texts: ["b"])),
            (
                "too_many_texts",
                RankTextsRequest(model: WorkerFixture.embedding, query: "a", texts: .init(repeating: "b", count: 128))
            ),
            (
                "text_too_long",
                RankTextsRequest(
                    model: WorkerFixture.embedding, query: String(repeating: "word ", count: 300), texts: ["b"])
            ),
        ]
        for (reason, request) in cases {
            let error = await #expect(throws: Failure.self) {
                _ = try await client.rank(request, WorkerFixture.context())
            }
            #expect(error?.reason == reason)
        }
    }
}
