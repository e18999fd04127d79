// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import TestKit
import Testing

struct LogitShapingTests {
    private func settings(_ change: (inout SamplingSettings) -> Void) -> SamplingSettings {
        var settings = SamplingSettings(temperature: 0, topP: 1, topK: 0, seed: 1)
        change(&settings)
        return settings
    }

    private func shaped(
        _ logits: [Float], prompt: [TokenID] = [], answer: [TokenID] = [], _ change: (inout SamplingSettings) -> Void
    ) throws -> [Float] {
        var shaping = try #require(LogitShaping(settings(change), prompt: prompt))
        for token in answer { shaping.note(token) }
        var logits = logits
        logits.withUnsafeMutableBufferPointer { shaping.apply(to: $0) }
        return logits
    }

    @Test func nothingIsShapedUnlessAsked() {
        #expect(LogitShaping(settings { _ in }, prompt: [1, 2]) == nil)
        #expect(LogitShaping(settings { $0.minP = 0.5 }, prompt: []) == nil)
    }

    @Test func presenceCountsOnceAndFrequencyEveryTime() throws {
        let answer: [TokenID] = [1, 1, 1, 2]
        #expect(try shaped([0, 0, 0], answer: answer) { $0.presencePenalty = 0.5 } == [0, -0.5, -0.5])
        #expect(try shaped([0, 0, 0], answer: answer) { $0.frequencyPenalty = 0.5 } == [0, -1.5, -0.5])
        #expect(try shaped([0, 0, 0], prompt: [0], answer: answer) { $0.presencePenalty = -2 } == [0, 2, 2])
    }

    @Test func repetitionLooksAtThePromptToo() throws {
        #expect(try shaped([2, -2, 3], prompt: [0], answer: [1]) { $0.repetitionPenalty = 2 } == [1, -4, 3])
    }

    @Test func biasesComeFirstAndUnknownTokensAreIgnored() throws {
        let found = try shaped([1, 0], answer: [0, 9]) {
            $0.biases = [TokenBias(token: 0, bias: 3), TokenBias(token: 77, bias: 100)]
            $0.repetitionPenalty = 2
            $0.presencePenalty = 1
        }
        #expect(found == [1, 0], "(1 + 3) / 2 - 1")
    }

    /// Goal: an answer continued elsewhere is shaped the same.
    @Test func notingTheSameTokensAgainShapesTheSame() throws {
        let logits = (0..<50).map { Float($0 % 7) - 3 }
        let tokens = (0..<40).map { TokenID($0 * 13 % 50) }
        let change: (inout SamplingSettings) -> Void = {
            $0.presencePenalty = 0.3
            $0.frequencyPenalty = 0.7
            $0.repetitionPenalty = 1.3
        }
        let first = try shaped(logits, prompt: [3, 4], answer: tokens, change)
        #expect(try shaped(logits, prompt: [3, 4], answer: tokens, change) == first)
        #expect(try shaped(logits, prompt: [3, 4], answer: Array(tokens.dropLast()), change) != first)
    }
}

struct TokenReportTests {
    @Test func probabilitiesSumUpToOneAndComeLikeliestFirst() {
        // Probabilities 0.1, 0.2, 0.7 as logits, moved by 5: only differences count.
        let logits: [Float] = [-2.302585 + 5, -1.609438 + 5, -0.356675 + 5]
        let report = logits.withUnsafeBufferPointer { PlaceProbabilities($0).report(on: 1, alternatives: 2) }
        #expect(abs(report.logprob - -1.609438) < 1e-4)
        #expect(report.alternatives.map(\.token) == [2, 1])
        #expect(abs(report.alternatives[0].logprob - -0.356675) < 1e-4)
        let none = logits.withUnsafeBufferPointer { PlaceProbabilities($0).report(on: 2, alternatives: 0) }
        #expect(none.alternatives.isEmpty && none.token == 2)
    }

    @Test func aVocabularyOfEqualsIsEvenlyLikely() {
        let logits = [Float](repeating: 3, count: 49_152)
        let report = logits.withUnsafeBufferPointer { PlaceProbabilities($0).report(on: 7, alternatives: 20) }
        #expect(abs(report.logprob - -10.80267) < 1e-3)
        #expect(report.alternatives.count == 20)
    }
}
