// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import ModelWorkerService
import Primitives
import RPC
import Testing

struct GenerateTests {
    private let slow = SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0)

    @Test func anAnswerIsStartedStreamedAndFinished() async throws {
        let worker = WorkerFixture()
        let answer = try await worker.engine.serving { try await worker.client.read(WorkerFixture.request()) }
        #expect(answer.ids.count == 8 && answer.nextIndex == 8 && !answer.text.isEmpty)
        #expect(answer.started?.seed == 5 && answer.started?.tokenizer == worker.engine.profile.tokenizer)
        #expect(answer.started?.templateHash == worker.engine.profile.templateHash)
        #expect(answer.finished?.finishReason == "length")
        #expect(answer.finished?.usage.completionTokens == 8)
        #expect(answer.finished?.usage.promptTokens == answer.started?.promptTokens)
    }

    @Test func withoutALimitTheDefaultIsCutToTheContext() async throws {
        let worker = WorkerFixture(limits: EngineFixture.limits(context: 40))
        try await worker.engine.serving {
            let answer = try await worker.client.read(WorkerFixture.request(max: 0))
            let prompt = try #require(answer.started?.promptTokens)
            #expect(UInt32(answer.ids.count) == min(32, 40 - prompt))
            let refusal = await worker.client.refusal(WorkerFixture.request(max: 40))
            #expect(refusal?.code == .invalidArgument && refusal?.reason == "context_length_exceeded")
        }
    }

    @Test func aResumedAnswerGoesOnWhereItStopped() async throws {
        let worker = WorkerFixture()
        try await worker.engine.serving {
            let whole = try await worker.client.read(WorkerFixture.request(max: 20))
            var resumed = WorkerFixture.request(turn: 2, max: 20)
            resumed.resumeTokens = Array(whole.ids[..<7])
            let rest = try await worker.client.read(resumed)
            #expect(resumed.resumeTokens + rest.ids == whole.ids && whole.text.hasSuffix(rest.text))
            #expect(rest.nextIndex == 20 && rest.finished?.usage.completionTokens == 20)
        }
    }

    @Test func storedTokensMakeTheNextTurnAPrefix() async throws {
        let worker = WorkerFixture()
        try await worker.engine.serving {
            let first = try await worker.client.read(WorkerFixture.request())
            var next = WorkerFixture.request(turn: 2)
            next.messages += [
                PromptMessage(
                    role: "assistant", content: first.text, tokenIDs: first.ids, tokenizer: first.started?.tokenizer),
                PromptMessage(role: "user", content: "And more"),
            ]
            let second = try await worker.client.read(next)
            let prompt = try #require(first.started?.promptTokens)
            #expect(try #require(second.started?.cachedTokens) >= prompt + 7)
            next.turnID = WorkerFixture.turn(3)
            next.tenantSalt = [UInt8](repeating: 2, count: 16)
            #expect(try await worker.client.read(next).started?.cachedTokens == 0)
        }
    }

    @Test func aStaleEpochIsRefusedAndANewerOneTakesOver() async throws {
        let worker = WorkerFixture(slow)
        try await worker.engine.serving {
            let client = worker.client
            let displaced: Failure? = try await client.generate(
                WorkerFixture.request(epoch: 2, max: 4_000), WorkerFixture.context()
            ) { reader in
                _ = try await reader.next()
                #expect(await client.refusal(WorkerFixture.request(epoch: 1))?.code == .aborted)
                #expect(try await client.read(WorkerFixture.request(epoch: 3, max: 2)).ids.count == 2)
                do {
                    while try await reader.next() != nil {}
                    return nil
                } catch {
                    return error as? Failure
                }
            }
            #expect(displaced?.code == .aborted && displaced?.reason == "stale_epoch")
        }
    }

    @Test func leavingTheCallFreesTheSequence() async throws {
        let worker = WorkerFixture(slow, limits: EngineFixture.limits(running: 1, waiting: 0))
        try await worker.engine.serving {
            let client = worker.client
            try await client.generate(WorkerFixture.request(max: 4_000), WorkerFixture.context()) { reader in
                _ = try await reader.next()
                let refusal = await client.refusal(WorkerFixture.request(turn: 2))
                #expect(refusal?.code == .resourceExhausted && refusal?.reason == "queue_full")
            }
            // The cancellation is on its way; the place is free as soon as it has arrived.
            var refusal: Failure?
            repeat {
                refusal = await client.refusal(WorkerFixture.request(turn: 3))
            } while refusal?.reason == "queue_full"
            #expect(refusal == nil)
        }
    }

    @Test func whatIsWrongWithARequestIsSaid() async throws {
        let worker = WorkerFixture()
        try await worker.engine.serving {
            let cases: [(String, StatusCode, (inout GenerateRequest) -> Void)] = [
                ("model_not_found", .notFound, { $0.model = "gpt-9" }),
                ("messages", .invalidArgument, { $0.messages = [] }),
                ("messages", .invalidArgument, { $0.messages[0].role = "god" }),
                ("tenant_salt", .invalidArgument, { $0.tenantSalt = [1] }),
                ("tools", .invalidArgument, { $0.toolsJSON = Array("[{}]".utf8) }),
                ("response_format", .invalidArgument, { $0.responseFormatJSON = Array("[]".utf8) }),
                ("top_logprobs", .invalidArgument, { $0.topLogprobs = 21 }),
                ("penalty", .invalidArgument, { $0.sampling.presencePenalty = 3 }),
                ("min_p", .invalidArgument, { $0.sampling.minP = .nan }),
                ("stop", .invalidArgument, { $0.stop = [String](repeating: "x", count: 17) }),
                ("temperature", .invalidArgument, { $0.sampling.temperature = .nan }),
                ("top_p", .invalidArgument, { $0.sampling.topP = 1.5 }),
                ("model_not_found", .notFound, { $0.adapter = "lora" }),
            ]
            for (reason, code, change) in cases {
                var request = WorkerFixture.request()
                change(&request)
                let refusal = await worker.client.refusal(request)
                #expect(refusal?.reason == reason && refusal?.code == code)
            }
        }
    }
}
