// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import RPC
import Testing

struct TokenizeTests {
    @Test func aPromptCountsAsGenerateCountsIt() async throws {
        let worker = WorkerFixture()
        let request = WorkerFixture.request("How many tokens is this")
        let reply = try await worker.client.tokenize(
            TokenizeRequest(model: WorkerFixture.chat, messages: request.messages), WorkerFixture.context())
        let answer = try await worker.engine.serving { try await worker.client.read(request) }
        #expect(UInt32(reply.tokenIDs.count) == answer.started?.promptTokens)
        #expect(reply.tokenizer == answer.started?.tokenizer)
    }

    @Test func aTextIsTokenisedAsItIs() async throws {
        let client = WorkerFixture().client
        let reply = try await client.tokenize(
            TokenizeRequest(model: WorkerFixture.chat, text: "one two three"), WorkerFixture.context())
        #expect(reply.tokenIDs.count == 3)
        await #expect(throws: Failure.self) {
            _ = try await client.tokenize(TokenizeRequest(model: "other", text: "one"), WorkerFixture.context())
        }
    }
}
