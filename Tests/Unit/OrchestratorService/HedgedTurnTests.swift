// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives
import RPC
import Synchronization
import Testing

@testable import OrchestratorScheduling
@testable import OrchestratorService

extension EnsembleSuites {
    /// Goal: a first token that is late comes from a second worker, and nothing else of the turn tells the difference.
    /// Method: workers that keep silent until they are told, under turns whose like were quick before.
    @Suite struct HedgedTurnTests {
        /// What the worker does that is asked first, and the one that is asked beside it.
        private struct Plan: Sendable {
            var first: @Sendable () async throws -> Void = {}
            var second: @Sendable () async throws -> Void = {}
        }

        /// Until the call is cancelled.
        private static let forever: @Sendable () async throws -> Void = {
            let (never, held) = AsyncStream<Never>.makeStream()
            for await _ in never {}
            held.finish()
            try Task.checkCancellation()
        }

        /// Teaches the orchestrator what quick is.
        private func learn(_ ensemble: Ensemble) async throws {
            for _ in 0..<70 { _ = try await ensemble.start(ensemble.request("Hi")) }
            for worker in ensemble.workers.values { worker.change { $0.requests = [] } }
            ensemble.billing.change { $0.settled = [] }
        }

        private func follow(_ plan: Plan, _ ensemble: Ensemble) {
            let calls = Mutex<Int>.Box(0)
            for worker in ensemble.workers.values {
                worker.change {
                    $0.stall = { _ in
                        let number = calls.change { number in
                            number += 1
                            return number
                        }
                        if number == 1 { try await plan.first() }
                        if number == 2 { try await plan.second() }
                    }
                }
            }
        }

        /// One turn's end as its client and the books see it, and that nothing of it is left at any worker.
        private func expectOneAnswer(_ told: Ensemble.Told, _ ensemble: Ensemble) async {
            #expect(told.text == "Hello!" && told.tokens == 3 && told.finished?.finishReason == "stop")
            let usage = Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 3)
            #expect(ensemble.billing.value.settled.map(\.usage) == [usage])
            #expect(ensemble.billing.value.reserved.count == 71)
            while ensemble.parts.fleet.workers.contains(where: { $0.inFlight > 0 }) { await Task.yield() }
        }

        private func calls(_ ensemble: Ensemble) -> Int {
            ensemble.workers.values.reduce(0) { $0 + $1.value.requests.count }
        }

        @Test func theSecondSpeaksFirst() async throws {
            try await Ensemble(hedging: 1_000).run { ensemble in
                try await learn(ensemble)
                follow(Plan(first: Self.forever), ensemble)
                let told = try await ensemble.start(ensemble.request("Hi"))
                await expectOneAnswer(told, ensemble)
                #expect(calls(ensemble) == 2)
                // The first is told to stop.
                while ensemble.workers.values.reduce(0, { $0 + $1.value.cancelled }) < 1 { await Task.yield() }
            }
        }

        /// A first worker that speaks as soon as the second has been asked, which then does `second`.
        private func whenAsked(
            _ second: @escaping @Sendable () async throws -> Void,
            _ body: @escaping @Sendable (Ensemble) async throws -> Void = { _ in }
        ) async throws {
            try await Ensemble(hedging: 1_000).run { ensemble in
                try await learn(ensemble)
                let (asked, ask) = AsyncStream<Void>.makeStream()
                follow(
                    Plan(
                        first: { for await _ in asked { return } },
                        second: {
                            ask.yield()
                            try await second()
                        }), ensemble)
                let told = try await ensemble.start(ensemble.request("Hi"))
                await expectOneAnswer(told, ensemble)
                #expect(calls(ensemble) == 2)
                try await body(ensemble)
            }
        }

        @Test func theFirstSpeaksAfterAll() async throws {
            try await whenAsked(Self.forever) { ensemble in
                while ensemble.workers.values.reduce(0, { $0 + $1.value.cancelled }) < 1 { await Task.yield() }
            }
        }

        @Test func aSecondThatFailsChangesNothing() async throws {
            try await whenAsked { throw Failure(.unavailable, "The worker is gone.", reason: "worker_lost") }
        }

        @Test func aFirstThatFailsLeavesTheSecond() async throws {
            try await Ensemble(hedging: 1_000).run { ensemble in
                try await learn(ensemble)
                let (asked, ask) = AsyncStream<Void>.makeStream()
                let (lost, lose) = AsyncStream<Void>.makeStream()
                follow(
                    Plan(
                        first: {
                            for await _ in asked { break }
                            lose.yield()
                            throw Failure(.unavailable, "The worker is gone.", reason: "worker_lost")
                        },
                        second: {
                            ask.yield()
                            for await _ in lost { return }
                        }), ensemble)
                let told = try await ensemble.start(ensemble.request("Hi"))
                await expectOneAnswer(told, ensemble)
                #expect(calls(ensemble) == 2)
            }
        }

        /// The worker that was asked first fails whatever it is asked: the turn must not come back to it.
        @Test func bothMayFailAndAThirdAnswers() async throws {
            try await Ensemble(workers: 3, hedging: 1_000).run { ensemble in
                try await learn(ensemble)
                let (asked, ask) = AsyncStream<Void>.makeStream()
                let (lost, lose) = AsyncStream<Void>.makeStream()
                let gone = Failure(.unavailable, "The worker is gone.", reason: "worker_lost")
                follow(
                    Plan(
                        first: {
                            for await _ in asked { break }
                            lose.yield()
                            throw gone
                        },
                        second: {
                            ask.yield()
                            for await _ in lost { break }
                            throw gone
                        }), ensemble)
                let told = try await ensemble.start(ensemble.request("Hi"))
                await expectOneAnswer(told, ensemble)
                #expect(ensemble.workers.values.allSatisfy { $0.value.requests.count == 1 })
            }
        }

        @Test func aClientThatLeavesEndsBoth() async throws {
            try await Ensemble(hedging: 1_000).run { ensemble in
                try await learn(ensemble)
                let (asked, ask) = AsyncStream<Void>.makeStream()
                follow(
                    Plan(
                        first: Self.forever,
                        second: {
                            ask.yield()
                            try await Self.forever()
                        }), ensemble)
                await withTaskGroup { group in
                    group.addTask { _ = try? await ensemble.start(ensemble.request("Hi")) }
                    for await _ in asked { break }
                    group.cancelAll()
                }
                while ensemble.parts.fleet.workers.contains(where: { $0.inFlight > 0 }) { await Task.yield() }
                while ensemble.workers.values.reduce(0, { $0 + $1.value.cancelled }) < 2 { await Task.yield() }
                #expect(ensemble.billing.value.settled.allSatisfy { $0.usage.completionTokens == 0 })
            }
        }

        /// Goal: whichever wins, by whatever margin: no token is lost, told twice or charged twice.
        @Test func manyRacesGiveOneAnswerEach() async throws {
            try await Ensemble(workers: 3, hedging: 1_000).run { ensemble in
                try await learn(ensemble)
                for worker in ensemble.workers.values {
                    worker.change {
                        $0.tellsLogprobs = true
                        $0.stall = { number in
                            // Around the time at which another is asked, before and after it.
                            try await Ensemble.pace(number &* 7_919 % 30)
                        }
                    }
                }
                let usage = Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 3)
                for _ in 0..<150 {
                    var request = ensemble.request("Hi")
                    request.topLogprobs = 0
                    let told = try await ensemble.start(request)
                    #expect(told.text == "Hello!" && told.tokens == 3 && told.finished?.usage == usage)
                    let spelt = told.logprobs.flatMap(\.tokens).map { String(decoding: $0.spelling, as: UTF8.self) }
                    #expect(spelt == ["Hel", "lo", "!"])
                    let logged = ensemble.log.stored.withLock { $0.records[request.turnID] ?? [] }
                    #expect(String(decoding: logged.text, as: UTF8.self) == "Hello!" && logged.tally.completion == 3)
                }
                #expect(ensemble.billing.value.settled.map(\.usage) == Array(repeating: usage, count: 150))
                #expect(calls(ensemble) > 150, "nobody was asked twice, so nothing is tried")
                while ensemble.parts.fleet.workers.contains(where: { $0.inFlight > 0 }) { await Task.yield() }
            }
        }

        /// Goal: where it is off, or the plan is no interactive one, a late worker is waited for.
        @Test(arguments: [0, 1_000]) func nobodyElseIsAsked(_ perMille: Int) async throws {
            try await Ensemble(hedging: perMille).run { ensemble in
                let principal = ensemble.principal(perMille == 0 ? .enterprise : .free)
                for _ in 0..<70 { _ = try await ensemble.start(ensemble.request("Hi"), as: principal) }
                for worker in ensemble.workers.values {
                    worker.change {
                        $0.requests = []
                        $0.stall = { _ in try await Ensemble.pace(100) }
                    }
                }
                let told = try await ensemble.start(ensemble.request("Hi"), as: principal)
                #expect(told.text == "Hello!" && calls(ensemble) == 1)
            }
        }
    }
}

/// Goal: what is asked twice keeps to its budget, and late is what few others were.
@Suite struct FirstTokenHedgingTests {
    private func placement(_ serviceClass: ServiceClass = .premium, predicted: Double = 0.01) -> Placement {
        var cost = CostInSeconds()
        cost.prefill = predicted
        return Placement(
            job: 1, worker: WorkerAddress(rawValue: "w:1"), instance: 1, rule: .least, serviceClass: serviceClass,
            waited: .zero, cost: cost)
    }

    private func hedging(perMille: Int = 20, percent: Int = 95) -> FirstTokenHedging {
        var rules = FirstTokenHedging.Rules()
        rules.perMille = perMille
        rules.percent = percent
        rules.least = .milliseconds(1)
        return FirstTokenHedging(rules)
    }

    @Test func aSmallShareMayBeAskedTwice() {
        let hedging = hedging()
        for _ in 0..<100 { hedging.took(.milliseconds(20), with: placement(), of: "m") }
        var asked = 0
        for number in 1...10_000 {
            // Everything is late.
            if hedging.patience(with: placement(), of: "m") != nil, hedging.spend() { asked += 1 }
            #expect(asked * 1_000 <= number * 20)
        }
        #expect(asked == 200)
    }

    /// A calm day does not pay for a flood of second requests.
    @Test func littleIsSavedUp() {
        let hedging = hedging()
        for _ in 0..<100_000 { _ = hedging.patience(with: placement(), of: "m") }
        var asked = 0
        while hedging.spend() { asked += 1 }
        #expect(asked == 10)
        hedging.giveBack(.nobody)
        #expect(hedging.spend() && !hedging.spend(), "what nobody could take is not spent")
    }

    @Test func lateIsBeyondTheQuantile() throws {
        let hedging = hedging(perMille: 1_000)
        #expect(hedging.patience(with: placement(), of: "m") == nil, "nothing is known")
        for number in 0..<200 {
            hedging.took(.milliseconds(number % 20 == 0 ? 900 : 40), with: placement(), of: "m")
            hedging.took(.milliseconds(700), with: placement(predicted: 0.5), of: "m")
        }
        let quick = try #require(hedging.patience(with: placement(), of: "m"))
        // Steps are a quarter wide.
        #expect(quick >= .milliseconds(40) && quick < .milliseconds(55))
        let slow = try #require(hedging.patience(with: placement(predicted: 0.5), of: "m"))
        #expect(slow >= .milliseconds(700), "what takes long by itself is not late")
        #expect(hedging.patience(with: placement(), of: "n") == nil, "another model's is another pace")
        #expect(hedging.patience(with: placement(.batch), of: "m") == nil)
        // Where more than one of twenty is slow, slow is usual.
        for _ in 0..<40 { hedging.took(.milliseconds(900), with: placement(), of: "m") }
        #expect(try #require(hedging.patience(with: placement(), of: "m")) >= .milliseconds(900))
    }

    /// Goal: a prompt whose cache was lost is read at once by the first worker; read by a second it would be there
    /// later, and push out what others want. Found by `make bench ONLY=fleet`.
    @Test func aSecondReadingMustSaveMoreThanItTakes() {
        let hedging = hedging()
        let unread = placement(predicted: 0.1).cost
        for number in 0..<200 {
            // One of ten was not in its cache after all, one of a hundred met a stall.
            let took = number % 100 == 0 ? 4_000 : number % 10 == 0 ? 100 : 10
            hedging.took(.milliseconds(took), with: placement(), of: "m")
            hedging.took(.milliseconds(100), with: placement(predicted: 0.1), of: "m")
        }
        func pays(_ waited: Duration, _ cost: CostInSeconds) -> Bool {
            hedging.pays(cost, after: waited, with: placement(), of: "m")
        }
        // After 150 ms it is a stall. Before, nine of ten are likely to come in the time that another would take.
        #expect(pays(.milliseconds(150), unread))
        #expect(pays(.milliseconds(5_200), unread), "nobody was ever so late")
        for _ in 0..<800 { hedging.took(.milliseconds(100), with: placement(), of: "m") }
        #expect(!pays(.milliseconds(20), unread))
        #expect(pays(.milliseconds(20), placement(predicted: 0.001).cost), "who holds it is sooner")
    }

    /// Goal: at the moment of the first look, which is the end of a step of the counts, those of that step have come.
    @Test func whatIsLateIsNotCountedAmongTheLater() throws {
        let hedging = hedging(perMille: 1_000)
        for number in 0..<200 {
            hedging.took(.milliseconds(number % 25 == 0 ? 4_000 : 60), with: placement(), of: "m")
        }
        let patience = try #require(hedging.patience(with: placement(), of: "m"))
        #expect(patience < .milliseconds(100))
        #expect(hedging.pays(placement(predicted: 0.5).cost, after: patience, with: placement(), of: "m"))
    }

    @Test func aPlaceThatSomebodyWaitsForIsNotTaken() throws {
        let addresses = ["a:1", "b:1"].map { WorkerAddress(rawValue: $0) }
        let time = SystemTime()
        let fleet = FleetRegistry(FleetState(workers: addresses), time: time)
        let model = ServedModel(name: "m", kind: .chat, contextTokens: 2_048)
        for (number, address) in addresses.enumerated() {
            fleet.heard(WorkerReport(instance: UInt64(number + 1), maxRunning: 1, models: [model]), from: address)
        }
        let work = WorkRequest(model: "m", kind: .chat, spread: 1)
        let first = try fleet.placeAtOnce(work)
        #expect(fleet.placeBeside(first, work) { _ in false } == .noSooner)
        #expect(addresses.reduce(0) { $0 + (fleet.worker($1)?.inFlight ?? 0) } == 1)
        guard case .placed(let second) = fleet.placeBeside(first, work, if: { _ in true }) else {
            Issue.record("the other one is free")
            return
        }
        #expect(second.worker != first.worker)
        // Both are full.
        #expect(fleet.placeBeside(first, work) { _ in true } == .nobody)
        fleet.finished(second, .abandoned)
        #expect(fleet.worker(first.worker)?.inFlight == 1 && fleet.worker(second.worker)?.inFlight == 0)
    }
}

extension Ensemble {
    /// The same person on another plan.
    fileprivate func principal(_ plan: Plan) -> Principal {
        Principal(
            organisation: principal.organisation, project: principal.project, user: principal.user, key: nil,
            plan: plan, scopes: principal.scopes)
    }
}
