// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC
import TestKit
import Testing

@testable import OrchestratorService

extension EnsembleSuites {
    /// Goal: a worker that joins is asked for what prompts share, as their tenants' and as nobody else's, and for
    /// nothing that only one person said.
    @Suite struct PrefixWarmUpTests {
        private static let model = ServedModel(name: "m", kind: .chat, contextTokens: 2_048)

        private func ask(_ ensemble: Ensemble, _ system: String, times: Int) async throws {
            for number in 0..<times {
                var request = ensemble.request("Hi, my secret is \(number)")
                request.messages.insert(PromptMessage(role: "system", content: system), at: 0)
                _ = try await ensemble.start(request)
            }
        }

        @Test func theSharedBeginningsAreComputed() async throws {
            try await Ensemble(workers: 1).run { ensemble in
                let often = String(repeating: "You are often asked. ", count: 100)
                let long = String(repeating: "You are long and asked as often. ", count: 200)
                try await ask(ensemble, often, times: 5)
                try await ask(ensemble, long, times: 5)
                try await ask(ensemble, String(repeating: "You are asked once. ", count: 200), times: 1)
                try await ask(ensemble, "You are short.", times: 9)
                let worker = try #require(ensemble.workers.keys.first)
                let box = try #require(ensemble.workers[worker])
                let said = try #require(box.value.requests.first { $0.messages.first?.content == often })
                box.change { $0.requests = [] }
                await ensemble.parts.warmUp.warm(worker, models: [Self.model])
                let asked = box.value.requests
                #expect(asked.map { $0.messages.first?.content } == [long, often], "what saves most comes first")
                #expect(asked.allSatisfy { $0.workClass == .batch && $0.maxCompletionTokens == 1 })
                #expect(asked.allSatisfy { $0.messages.count == 2 && $0.messages[1].content == "." })
                #expect(Set(asked.map(\.turnID)).count == 2)
                let warmed = try #require(asked.last)
                #expect(warmed.tenantSalt == said.tenantSalt)
                // The names under which the cache will hold it are the ones that prompts are looked up by.
                let whole = often.utf8.count / 256
                #expect(warmed.prefixBlocks.prefix(whole) == said.prefixBlocks.prefix(whole) && whole > 4)
                // Another model's worker has no use for it.
                box.change { $0.requests = [] }
                await ensemble.parts.warmUp.warm(
                    worker, models: [ServedModel(name: "n", kind: .chat, contextTokens: 2_048)])
                #expect(box.value.requests.isEmpty)
            }
        }

        @Test func aWorkerThatSaysNoIsLeftAlone() async throws {
            try await Ensemble(workers: 1).run { ensemble in
                for letter in ["a", "b", "c"] {
                    try await ask(ensemble, String(repeating: letter, count: 4_096), times: 4)
                }
                let worker = try #require(ensemble.workers.keys.first)
                let box = try #require(ensemble.workers[worker])
                box.change {
                    $0.requests = []
                    $0.failsAt = 0
                    $0.failure = Failure(.resourceExhausted, "The worker's queue is full.", reason: "queue_full")
                }
                await ensemble.parts.warmUp.warm(worker, models: [Self.model])
                #expect(box.value.requests.count == 1)
            }
        }
    }
}

/// Goal: what is kept of prompts is bounded in number, octets and time, and a flood of strange ones does not push out
/// what many share.
@Suite struct HotPreamblesTests {
    private let time = ManualTime()

    private func note(_ hot: inout HotPreambles, _ name: UInt64, bytes: Int, times: Int = 1) {
        for _ in 0..<times {
            hot.note(name, at: time.now()) {
                HotPreambles.Entry(
                    model: "m", messages: [PromptEntry(.system, String(repeating: "x", count: bytes))], tools: nil,
                    salt: [1], at: time.now())
            }
        }
    }

    @Test func aFloodPushesOutItself() {
        var hot = HotPreambles()
        note(&hot, 1, bytes: 5_000, times: 10)
        for name in 2..<5_000 as Range<UInt64> {
            note(&hot, name, bytes: 60_000)
            #expect(hot.count <= 128 && hot.bytes <= 4 * 1_024 * 1_024)
        }
        #expect(hot.hottest(of: "m", most: 8, at: time.now()).map(\.bytes) == [5_000])
    }

    @Test func whatIsShortOrHugeOrOldIsNotKept() {
        var hot = HotPreambles()
        note(&hot, 1, bytes: 1_000, times: 10)
        note(&hot, 2, bytes: 70_000, times: 10)
        #expect(hot.count == 0 && hot.bytes == 0)
        note(&hot, 3, bytes: 2_000, times: 20)
        #expect(hot.hottest(of: "m", most: 8, at: time.now()).count == 1)
        // A minute halves it, and three in common are the least.
        time.advance(by: .seconds(180))
        #expect(hot.hottest(of: "m", most: 8, at: time.now()).isEmpty && hot.count == 1)
        time.advance(by: .seconds(500))
        #expect(hot.hottest(of: "m", most: 8, at: time.now()).isEmpty && hot.count == 0 && hot.bytes == 0)
    }

    /// Goal: what people wrote goes after its time though no worker joins and there is room.
    @Test func whatIsOldGoesWithoutBeingAskedFor() {
        var hot = HotPreambles()
        note(&hot, 1, bytes: 2_000, times: 9)
        time.advance(by: .seconds(601))
        note(&hot, 2, bytes: 3_000)
        #expect(hot.count == 1 && hot.bytes == 3_000)
    }
}
