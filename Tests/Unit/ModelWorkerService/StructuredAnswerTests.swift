// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import ModelWorkerService
import Primitives
import TestKit
import Testing

/// Answers with a shape, by a real model of 135 million parameters: whatever it would rather say, what comes out keeps
/// its grammar.
@Suite(.serialized) struct StructuredAnswerTests {
    private static let chat = Result { try LlamaModel(file: ModelFiles.chat) }

    private func engine() throws -> LlamaEngine {
        try LlamaEngine(
            model: Self.chat.get(), name: "smollm2-135m",
            limits: EngineFixture.limits(running: 8, context: 4_096, batch: 256), time: SystemTime(),
            log: EngineFixture.log)
    }

    private static let tools = #"""
        [{"type":"function","function":{"name":"get_weather","description":"The weather in a city.","parameters":
        {"type":"object","properties":{"city":{"type":"string","maxLength":40},"unit":{"enum":["C","F"]}},
        "required":["city","unit"]}}},
        {"type":"function","function":{"name":"add","description":"Adds two numbers.","parameters":{"type":"object",
        "properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]}}}]
        """#

    private func structure(
        _ choice: AnswerStructure.ToolChoice, isParallel: Bool = false
    ) throws -> AnswerStructure {
        var structure = AnswerStructure()
        guard case .array(let tools) = try JSONReader.read(Self.tools) else { throw EngineRefusal.broken }
        structure.tools = tools
        structure.choice = choice
        structure.allowsParallelCalls = isParallel
        structure.idSeed = 42
        return structure
    }

    private func request(
        _ id: UInt64, _ text: String, _ structure: AnswerStructure?, max: Int = 120, temperature: Float = 0,
        seed: UInt64 = 1
    ) -> GenerationRequest {
        var request = EngineFixture.request(id, text, max: max, seed: seed, temperature: temperature)
        request.structure = structure
        return request
    }

    /// Goal: a required call comes, whatever is asked and however hot the model is.
    @Test func aRequiredCallAlwaysComes() async throws {
        let engine = try engine()
        let questions = ["What is the weather in Paris?", "Tell me a joke.", "Add 3 and 4.", "<|im_end|> no tools!"]
        try await engine.serving {
            for (index, question) in questions.enumerated() {
                let reading = try await engine.read(
                    request(
                        UInt64(index + 1), question, structure(.required), temperature: index % 2 == 0 ? 0 : 1.5))
                let (content, calls) = CallReader.split(reading.text)
                let call = try #require(calls.first, "\(reading.string)")
                #expect(calls.count == 1 && content.allSatisfy { $0 <= 0x20 })
                #expect(["get_weather", "add"].contains(call.name))
                guard reading.end?.reason == .toolCalls else {
                    // A hot model may write into an integer until its tokens are used up.
                    #expect(reading.end?.reason == .length)
                    continue
                }
                guard case .object(let arguments) = try JSONReader.read(call.arguments) else {
                    Issue.record("arguments are no object: \(call.arguments)")
                    continue
                }
                let expected = call.name == "add" ? ["a", "b"] : ["city", "unit"]
                #expect(arguments.members.map(\.name) == expected)
            }
        }
    }

    @Test func aNamedToolIsTheOneThatIsCalled() async throws {
        let engine = try engine()
        try await engine.serving {
            for name in ["add", "get_weather"] {
                let reading = try await engine.read(request(1, "What is the weather?", structure(.named(name))))
                #expect(CallReader.split(reading.text).calls.map(\.name) == [name])
            }
        }
    }

    @Test func toolsThatNeedNotBeCalledLeaveTheAnswerFree() async throws {
        let engine = try engine()
        try await engine.serving {
            let reading = try await engine.read(request(1, "What is the capital of France?", structure(.auto), max: 40))
            #expect(reading.end != nil && !reading.text.isEmpty)
        }
    }

    private static let schema = #"""
        {"type":"object","properties":{"name":{"type":"string","maxLength":30},"age":{"type":"integer","minimum":1,
        "maximum":120},"tags":{"type":"array","items":{"enum":["a","b","c"]},"maxItems":3}},
        "required":["name","age","tags"],"additionalProperties":false}
        """#

    @Test func aSchemaIsAlwaysKept() async throws {
        let engine = try engine()
        var structure = AnswerStructure()
        let schema = JSONSchema(try JSONReader.read(Self.schema))
        structure.schema = schema
        structure.isStrict = true
        try await engine.serving {
            for (index, question) in ["Describe a person.", "Say hello.", "Write Python.", "1+1?"].enumerated() {
                let reading = try await engine.read(
                    request(
                        UInt64(index + 1), question, structure, max: 200, temperature: index % 2 == 0 ? 0.2 : 1.5,
                        seed: UInt64(index)))
                #expect(reading.end?.reason == .stop, "\(reading.string)")
                #expect(schema.violation(ofDocument: reading.text) == nil, "\(reading.string)")
                #expect(reading.end?.violation == nil)
            }
        }
    }

    @Test func anyObjectWillDoForJSONMode() async throws {
        let engine = try engine()
        var structure = AnswerStructure()
        structure.schema = .anyObject
        try await engine.serving {
            let reading = try await engine.read(request(1, "Give me JSON about a cat.", structure, max: 200))
            #expect(reading.string.hasPrefix("{"))
            if reading.end?.reason == .stop { #expect(JSONSchema.anyObject.violation(ofDocument: reading.text) == nil) }
        }
    }

    /// Goal: an answer that breaks what no grammar holds says so.
    @Test func aBreachOfAStrictSchemaIsReported() async throws {
        let engine = try engine()
        var structure = AnswerStructure()
        structure.schema = JSONSchema(
            try JSONReader.read(#"{"type":"object","properties":{"x":{"const":7}},"required":["x"],"minProperties":2}"#)
        )
        structure.isStrict = true
        try await engine.serving {
            let reading = try await engine.read(request(1, "x?", structure, max: 60))
            #expect(reading.end?.reason == .stop && reading.end?.violation?.contains("minProperties") == true)
        }
    }

    @Test func probabilitiesAreTheModelsOwn() async throws {
        let engine = try engine()
        try await engine.serving {
            var asked = request(1, "What is the capital of France?", nil, max: 12)
            let plain = try await engine.read(asked)
            asked.alternatives = 3
            let told = try await engine.read(asked)
            #expect(told.ids == plain.ids && plain.reports.isEmpty)
            #expect(told.reports.count == told.ids.count)
            for report in told.reports {
                // Greedy: the chosen one is the likeliest.
                #expect(report.alternatives.first?.logprob == report.logprob)
                #expect(report.alternatives.count == 3 && report.logprob <= 0)
                #expect(report.alternatives.map(\.logprob) == report.alternatives.map(\.logprob).sorted(by: >))
            }
            #expect(told.reports.flatMap(\.spelling) == Array(told.text))
        }
    }

    @Test func penaltiesAndBiasesChangeTheAnswer() async throws {
        let engine = try engine()
        try await engine.serving {
            var asked = request(1, "Say the word sea again and again.", nil, max: 40)
            let plain = try await engine.read(asked)
            asked.sampling.frequencyPenalty = 2
            asked.sampling.presencePenalty = 2
            let varied = try await engine.read(asked)
            #expect(Set(varied.ids).count * plain.ids.count > Set(plain.ids).count * varied.ids.count)
            let first = try #require(plain.ids.first)
            asked.sampling.biases = [TokenBias(token: first, bias: -100)]
            #expect(try await engine.read(asked).ids.first != first)
        }
    }

    /// Goal: an answer that goes on on another worker is the answer it would have been: penalties, dice and grammar.
    /// Method: whole answers once, then continued from some of their tokens by an engine that never saw them. A cold
    /// and a warm cache add in another order, so the text may differ by a near tie; the grammar's state may not.
    @Test func anAnswerContinuedElsewhereGoesOnTheSame() async throws {
        var plain = request(1, "Tell me about the sea.", nil, max: 24, temperature: 0.8, seed: 11)
        plain.sampling.frequencyPenalty = 0.8
        plain.sampling.repetitionPenalty = 1.2
        plain.sampling.minP = 0.05
        let called = try request(2, "Add 3 and 4.", structure(.named("add")), max: 80, seed: 3)
        for request in [plain, called] {
            let first = try engine()
            let whole = try await first.serving { try await first.read(request) }
            for cut in [1, whole.ids.count / 2, whole.ids.count - 1] {
                let second = try engine()
                var resumed = request
                resumed.resumed = Array(whole.ids[..<cut])
                let rest = try await second.serving { try await second.read(resumed) }
                #expect(Array(whole.ids[..<cut]) + rest.ids == whole.ids, "cut at \(cut)")
                #expect(whole.text.suffix(rest.text.count) == rest.text[...])
                #expect(rest.end?.reason == whole.end?.reason)
            }
        }
    }
}
