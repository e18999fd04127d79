// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import ModelWorkerService
import Primitives
import Testing

/// Checking ahead must change nothing about an answer. By a real model, each question asked of an engine that checks
/// whatever it can, and of one that never does.
///
/// A wide step adds up in another order than a narrow one, so the last bits of logits differ, as they do beside
/// neighbours; where two tokens are that close, either may come. Hence answers are compared with their probabilities:
/// equal up to a tie, and every probability equal up to rounding.
@Suite(.serialized) struct DraftedAnswerTests {
    private static let chat = Result { try LlamaModel(file: ModelFiles.chat) }
    /// What rounding moves a log probability by; a wrong cell moves it by whole numbers.
    private static let rounding: Float = 0.15

    /// - Parameter draft: asked in place of what the text has: quotations are not looked for then.
    private func engine(drafts: Int, by draft: LlamaModel? = nil) throws -> LlamaEngine {
        var limits = EngineFixture.limits(running: 4, cached: 16, context: 4_096, batch: 256)
        limits.draftTokens = drafts
        limits.draftMatch = draft == nil ? 2 : PromptLookup.mostCompared
        limits.draftsAlways = true
        return try LlamaEngine(
            model: Self.chat.get(), draft: draft, name: "smollm2-135m", limits: limits, time: SystemTime(),
            log: EngineFixture.log)
    }

    private static let text = """
        Anna walked to the harbour with 3 letters and a small lamp. Brian walked to the mill with 4 letters and a \
        small lamp. Clara walked to the bridge with 5 letters and a small lamp.
        """

    private func request(_ id: UInt64, _ text: String, temperature: Float = 0, max: Int = 96) -> GenerationRequest {
        var request = EngineFixture.request(
            id, text, max: max, seed: id, temperature: temperature, salt: UInt8(id & 255))
        request.alternatives = 20
        return request
    }

    private func quoting(_ id: UInt64, temperature: Float = 0) -> GenerationRequest {
        request(id, "Repeat this text word for word.\n\n\(Self.text)", temperature: temperature)
    }

    /// Asks both engines.
    /// - Returns: what was foretold, and what came.
    @discardableResult
    private func compare(
        _ requests: [GenerationRequest], by draft: LlamaModel? = nil
    ) async throws -> BatchPlanner.DraftCounts {
        let plain = try engine(drafts: 0)
        let expected = try await plain.serving {
            var readings: [Reading] = []
            for request in requests { readings.append(try await plain.read(request)) }
            return readings
        }
        let drafting = try engine(drafts: 15, by: draft)
        return try await drafting.serving {
            for (request, expected) in zip(requests, expected) {
                let isFree = request.structure == nil && !request.sampling.shapesLogits
                check(
                    try await drafting.read(request), as: expected,
                    isGreedy: isFree && request.sampling.temperature == 0)
            }
            // The board is written at most every ten milliseconds, and at least every 150.
            return await drafting.board.withWatcher { watcher in
                var drafts = drafting.board.load.drafts
                for _ in 0..<4 { drafts = await drafting.board.next(watcher)?.load.drafts ?? drafts }
                return drafts
            }
        }
    }

    private func check(_ reading: Reading, as expected: Reading, isGreedy: Bool) {
        let equal = zip(reading.reports, expected.reports).prefix { $0.spelling == $1.spelling }
        for (ours, theirs) in equal { #expect(abs(ours.logprob - theirs.logprob) < Self.rounding) }
        let at = Array(equal).count
        guard at < reading.reports.count, at < expected.reports.count else {
            #expect(reading.ids == expected.ids && reading.end?.reason == expected.end?.reason)
            #expect(reading.text == expected.text && reading.end?.completionTokens == expected.end?.completionTokens)
            return
        }
        // Where they part, both must have seen the same choices.
        let (ours, theirs) = (reading.reports[at], expected.reports[at])
        let rival = ours.alternatives.first { $0.spelling == theirs.spelling }
        #expect(rival.map { abs($0.logprob - theirs.logprob) < Self.rounding } ?? false, "parted at \(at)")
        if isGreedy { #expect(abs(ours.logprob - theirs.logprob) < Self.rounding, "no tie at \(at)") }
    }

    @Test func greedyAnswersAreTheSame() async throws {
        let accepted = try await compare([
            quoting(1), quoting(2), request(3, "Count from 1 to 30."), request(4, "Write a poem about the sea."),
        ])
        #expect(accepted.accepted > 20)
    }

    @Test func sampledAnswersAreTheSame() async throws {
        let accepted = try await compare([
            quoting(11, temperature: 0.4), quoting(12, temperature: 0.9),
            request(13, "Write a poem about the sea.", temperature: 1.2),
        ])
        #expect(accepted.accepted > 10)
    }

    @Test func penaltiesAndBiasesSeeTheSameTokens() async throws {
        var shaped = quoting(21)
        shaped.sampling.frequencyPenalty = 0.1
        shaped.sampling.presencePenalty = 0.1
        var repeated = quoting(22, temperature: 0.3)
        repeated.sampling.repetitionPenalty = 0.9
        #expect(try await compare([shaped, repeated]).accepted > 5)
    }

    @Test func aStopStringEndsADraftInItsMiddle() async throws {
        var stopped = quoting(31)
        stopped.stops = ["Brian walked to"]
        var short = quoting(32)
        short.maxTokens = 9
        try await compare([stopped, short])
    }

    private func structured(_ ids: Range<UInt64>) throws -> [GenerationRequest] {
        let schema = #"""
            {"type":"object","properties":{"colours":{"type":"array","items":{"enum":["red","green","blue"]},
            "minItems":12,"maxItems":12}},"required":["colours"],"additionalProperties":false}
            """#
        var structure = AnswerStructure()
        structure.schema = JSONSchema(try JSONReader.read(schema))
        structure.isStrict = true
        return ids.map { id in
            var request = request(id, "Name colours.", temperature: id % 2 == 0 ? 0.8 : 0)
            request.structure = structure
            return request
        }
    }

    @Test func aGrammarIsKeptThroughADraft() async throws {
        #expect(try await compare(structured(41..<43)).accepted > 5)
    }

    // MARK: By a model

    /// The model as its own draft model: greedy answers come as proposed, but for ties.
    @Test func greedyAnswersAreTheSameByAModel() async throws {
        let drafts = try await compare(
            [quoting(51), request(52, "Count from 1 to 30."), request(53, "Write a poem about the sea.")],
            by: Self.chat.get())
        #expect(drafts.model.proposed > 100 && drafts.lookup.proposed < drafts.model.proposed)
        #expect(Double(drafts.model.accepted) > 0.97 * Double(drafts.model.proposed))
    }

    @Test func sampledShapedAndStructuredAnswersAreTheSameByAModel() async throws {
        var shaped = request(61, "Write a poem about the sea.", temperature: 0.8)
        shaped.sampling.frequencyPenalty = 0.4
        var stopped = quoting(62)
        stopped.stops = ["Brian walked to"]
        var short = quoting(63)
        short.maxTokens = 9
        let requests = [shaped, stopped, short, request(64, "Tell a story.", temperature: 1.2)]
        #expect(try await compare(requests + structured(65..<67), by: Self.chat.get()).model.accepted > 50)
    }

    /// Goal: what a draft left in the cache and had taken away again is nobody's prefix.
    @Test func theNextTurnFindsWhatWasAnsweredAndNothingElse() async throws {
        let drafting = try engine(drafts: 15)
        let plain = try engine(drafts: 0)
        let question = "Repeat this text word for word.\n\n\(Self.text)"
        let first = try await drafting.serving {
            let first = try await drafting.read(request(1, question))
            let second = try await drafting.read(turn(after: first, question))
            let expected = try await plain.serving { try await plain.read(turn(after: first, question)) }
            let promptOfFirst = try #require(first.start?.promptTokens)
            #expect(try #require(second.start?.cachedTokens) >= promptOfFirst + first.ids.count - 1)
            check(second, as: expected, isGreedy: true)
            return first
        }
        #expect(first.ids.count > 20)
    }

    private func turn(after first: Reading, _ question: String) -> GenerationRequest {
        var next = request(1, "")
        next.id = RequestID(2)
        next.messages = [
            ChatMessage(role: .user, content: question),
            ChatMessage(role: .assistant, content: first.string, tokens: first.ids),
            ChatMessage(role: .user, content: "Who went to the mill?"),
        ]
        return next
    }
}
