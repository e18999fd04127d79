// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Primitives
import Testing

struct ModelRouteTests {
    private let ready: (String) -> ModelStanding = { _ in ModelStanding(isReady: true) }

    private func question(
        _ plan: Plan = .pro, person: UInt64 = 1, complexity: Int = 50, tokens: UInt64 = 1_000
    ) -> RouteQuestion {
        RouteQuestion(plan: plan, person: person, complexity: complexity, tokens: tokens)
    }

    @Test func plansHaveTheirModels() {
        let route = ModelRoute(
            name: "r", pools: [.init(model: "large", plans: [.pro, .enterprise]), .init(model: "small")])
        #expect(route.choose(for: question(.free), standing: ready).model == "small")
        let decision = route.choose(for: question(.pro), standing: ready)
        #expect(decision.model == "large" && decision.reason == .preferred && decision.passedOver.isEmpty)
    }

    @Test func theSimpleGoesToTheCheap() {
        let route = ModelRoute(
            name: "r", pools: [.init(model: "large", complexity: 40...100), .init(model: "small")])
        let simple = route.choose(for: question(complexity: 39), standing: ready)
        #expect(simple.model == "small" && simple.passedOver.map(\.model) == ["large"])
        #expect(simple.passedOver.map(\.obstacle) == [.complexity])
        #expect(route.choose(for: question(complexity: 40), standing: ready).model == "large")
    }

    @Test func aBudgetIsKept() {
        let route = ModelRoute(
            name: "r", pools: [.init(model: "large", price: 30_000), .init(model: "small", price: 2_000)],
            budgets: [.free: 20_000])
        #expect(route.choose(for: question(.free), standing: ready).model == "small")
        #expect(route.choose(for: question(.free, tokens: 600), standing: ready).model == "large")
        #expect(route.choose(for: question(.pro, tokens: .max), standing: ready).model == "large", "no budget")
        // Nothing suits: the last pool answers rather than nobody.
        let none = route.choose(for: question(.free, tokens: .max), standing: ready)
        #expect(none.model == "small" && none.reason == .leftover)
    }

    @Test func aDegradedModelIsReplacedAndToldSo() {
        let route = ModelRoute(
            name: "r", pools: [.init(model: "large")], fallbacks: ["middle", "small"], maxWait: .milliseconds(700))
        let down = route.choose(for: question()) { ModelStanding(isReady: $0 == "small") }
        #expect(down.model == "small" && down.reason == .degraded)
        #expect(down.passedOver.map(\.obstacle) == [.notReady, .notReady])
        let slow = route.choose(for: question()) {
            ModelStanding(isReady: true, wait: $0 == "large" ? .milliseconds(701) : .zero)
        }
        #expect(slow.model == "middle" && slow.reason == .slow)
        let all = route.choose(for: question()) { _ in ModelStanding(isReady: false) }
        #expect(all.model == "large" && all.reason == .preferred, "it is waited for")
    }

    @Test func sharesAreKeptAndStick() {
        let route = ModelRoute(
            name: "r", pools: [.init(model: "a", weight: 3), .init(model: "b", weight: 1)])
        var count = 0
        for person in 0..<4_000 {
            let first = route.choose(for: question(person: UInt64(person)), standing: ready)
            #expect(first == route.choose(for: question(person: UInt64(person)), standing: ready))
            if first.model == "a" { count += 1 }
        }
        // Binomial, 4000 at 3/4: five standard deviations are 137.
        #expect(abs(count - 3_000) < 137)
    }

    /// Goal: widening a rollout takes nobody out again who is in.
    @Test func aWiderCanaryKeepsItsPeople() {
        func people(_ permille: UInt32) -> Set<UInt64> {
            let route = ModelRoute(
                name: "r", pools: [.init(model: "old")], canary: .init(model: "new", permille: permille))
            return Set((0..<2_000).filter { route.choose(for: question(person: $0), standing: ready).model == "new" })
        }
        let steps = [0, 100, 500, 1_000].map { people($0) }
        #expect(steps[0].isEmpty && steps[3].count == 2_000)
        #expect(steps[1].isSubset(of: steps[2]) && abs(steps[1].count - 200) < 68 && abs(steps[2].count - 1_000) < 112)
    }

    @Test func whatMakesNoSenseIsNamed() {
        let pool = ModelRoute.Pool(model: "a")
        #expect(ModelRoute(name: "r", pools: [pool]).fault == nil)
        for bad in [
            ModelRoute(name: "", pools: [pool]), ModelRoute(name: "r", pools: []), ModelRoute(name: "a", pools: [pool]),
            ModelRoute(name: "r", pools: [pool], canary: .init(model: "b", permille: 1_001)),
            ModelRoute(name: "r", pools: [pool], fallbacks: ["r"]),
        ] { #expect(bad.fault != nil) }
    }
}

struct PromptComplexityTests {
    private func score(_ text: String, bytes: Int? = nil, messages: Int = 1, tokens: UInt32? = nil) -> Int {
        PromptComplexity(
            last: text, promptBytes: bytes ?? text.utf8.count, messages: messages, answerTokens: tokens, hasTools: false
        ).score
    }

    @Test func greetingsAreSimpleAndProofsAreNot() {
        let greeting = score("Hi there!")
        let proof = score(
            "Prove the theorem step by step, compare both algorithms and derive f(x) = {x^2 | x < 3} + [a/b].",
            tokens: 2_000)
        #expect(greeting < 5 && proof >= 50, "greeting \(greeting), proof \(proof)")
    }

    @Test func itIsBoundedAndCountsWhatItSays() {
        let huge = PromptComplexity(
            last: String(repeating: "why {}[]<> prove ", count: 10_000), promptBytes: 1 << 30, messages: 500,
            answerTokens: .max, hasTools: true)
        #expect(huge.score == 100 && huge.parts.count == 5)
        #expect(score("") == 0)
        #expect(score("Hello", bytes: 8_192) - score("Hello") == 30)
    }
}
