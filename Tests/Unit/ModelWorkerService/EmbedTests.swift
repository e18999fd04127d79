// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import RPC
import Testing

struct EmbedTests {
    @Test func vectorsComeInOrderAndHaveLengthOne() async throws {
        let client = WorkerFixture().client
        let texts = ["a cat on a mat", "quarterly revenue", "the cat and the mat"]
        let reply = try await client.embed(
            EmbedTextsRequest(model: WorkerFixture.embedding, texts: texts), WorkerFixture.context())
        #expect(reply.vectors.count == 3 && reply.promptTokens == 12)
        for vector in reply.vectors {
            #expect(vector.values.count == 384)
            #expect(abs(vector.values.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
        }
        let near = zip(reply.vectors[0].values, reply.vectors[2].values).reduce(0 as Float) { $0 + $1.0 * $1.1 }
        let far = zip(reply.vectors[0].values, reply.vectors[1].values).reduce(0 as Float) { $0 + $1.0 * $1.1 }
        #expect(near > far)
    }

    @Test func tooMuchIsRefusedWithAReason() async throws {
        let client = WorkerFixture().client
        let cases = [
            ("model_not_found", EmbedTextsRequest(model: "other", texts: ["a"])),
            (
                "too_many_texts",
                EmbedTextsRequest(model: WorkerFixture.embedding, texts: .init(repeating: "a", count: 129))
            ),
            (
                "text_too_long",
                EmbedTextsRequest(model: WorkerFixture.embedding, texts: [String(repeating: "word ", count: 300)])
            ),
        ]
        for (reason, request) in cases {
            let error = await #expect(throws: Failure.self) {
                _ = try await client.embed(request, WorkerFixture.context())
            }
            #expect(error?.reason == reason)
        }
    }
}
