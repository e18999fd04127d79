// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorScheduling

struct FleetStateTests {
    /// Goal: an adapter is known while a worker has it or is away, and not when the last one took it out.
    @Test func anUnloadedAdapterIsKnownNoMore() throws {
        var fleet = TestFleet(2)
        let adapted = ServedModel(name: "m:poet", kind: .chat, contextTokens: 32_768, base: "m")
        func hear(_ index: Int, _ models: [ServedModel]) {
            _ = fleet.state.heard(
                WorkerReport(instance: UInt64(index + 1), models: models), from: fleet.addresses[index], at: fleet.now)
        }
        for index in 0...1 { hear(index, [TestFleet.model, adapted]) }
        var request = TestFleet.request()
        request.model = adapted.name
        _ = try fleet.place(request)
        hear(0, [TestFleet.model])
        #expect(try fleet.place(request).worker == fleet.addresses[1])
        hear(1, [TestFleet.model])
        #expect(fleet.state.models.keys.sorted() == ["m"])
        #expect(throws: PlacementRefusal.unknownModel) { try fleet.place(request) }
        // A model of its own that a worker stops offering is still known: it may come back.
        hear(0, [])
        hear(1, [])
        #expect(fleet.state.models["m"] != nil)
    }

    /// Goal: an adapter that its worker has forgotten while it was away is known no more, once every worker has spoken.
    @Test func anAdapterThatDidNotComeBackIsKnownNoMore() {
        var fleet = TestFleet(2)
        let adapted = ServedModel(name: "m:poet", kind: .chat, contextTokens: 32_768, base: "m")
        func hear(_ index: Int, _ models: [ServedModel], instance: UInt64) {
            _ = fleet.state.heard(
                WorkerReport(instance: instance, models: models), from: fleet.addresses[index], at: fleet.now)
        }
        hear(0, [TestFleet.model, adapted], instance: 1)
        fleet.state.lost(fleet.addresses[0], at: fleet.now)
        #expect(fleet.state.models[adapted.name] != nil, "it may come back with it")
        hear(0, [TestFleet.model], instance: 9)
        #expect(fleet.state.models[adapted.name] == nil)
    }

    /// Goal: whoever wants an adapter waits behind those who want its model, because they want the same workers.
    @Test func aLineForAModelIsOneForItsAdaptersToo() throws {
        var rules = SchedulingRules()
        rules.waitBounds = Array(repeating: .seconds(600), count: 3)
        var fleet = TestFleet(1, places: 1, rules: rules)
        let adapted = ServedModel(name: "m:poet", kind: .chat, contextTokens: 32_768, base: "m")
        _ = fleet.state.heard(
            WorkerReport(
                instance: 1, maxRunning: 1, prefillTokensPerSecond: 10_000,
                stepMicroseconds: [10_000], models: [TestFleet.model, adapted]), from: fleet.addresses[0],
            at: fleet.now)
        let pool = PoolName(model: adapted.name, kind: .chat)
        _ = try fleet.place(TestFleet.request(1, blocks: 8))
        let firstWait = fleet.state.wait(for: pool, .standard, of: 0, at: fleet.now)
        let first = try #require(firstWait)
        #expect(!fleet.state.isAnybodyWaiting(beside: pool))
        for number in 2..<12 as Range<UInt64> { _ = try fleet.wait(TestFleet.request(number, blocks: 8)) }
        let lastWait = fleet.state.wait(for: pool, .standard, of: 0, at: fleet.now)
        let last = try #require(lastWait)
        #expect(last > first * 2, "\(first) before, \(last) behind ten")
        #expect(fleet.state.isAnybodyWaiting(beside: pool) && fleet.state.waiting(for: pool) == 0)
    }

    /// Goal: what we count ourselves is exact at every moment of a call.
    @Test func ownAccountsFollowACall() throws {
        var fleet = TestFleet(1)
        let placement = try fleet.place(TestFleet.request(1, blocks: 40))
        #expect(fleet.state.workers[0].ledger.uncachedTokens == 2_560)
        fleet.state.counted(placement, promptTokens: 3_000, cachedTokens: 1_000)
        #expect(fleet.state.workers[0].ledger.uncachedTokens == 2_000)
        let first = fleet.state.firstToken(placement, at: fleet.now)
        #expect(first?.promptTokens == 3_000 && first?.cachedTokens == 1_000)
        #expect(fleet.state.workers[0].ledger.uncachedTokens == 0 && fleet.state.workers[0].ledger.decoding == 1)
        #expect(fleet.state.firstToken(placement, at: fleet.now) == nil, "there is one first token")
        fleet.finish(placement)
        #expect(fleet.state.workers[0].ledger == WorkLedger())
    }

    /// A server that says nothing of its cache is not believed to have none.
    @Test func aCountWithoutACacheKeepsOurEstimate() throws {
        var fleet = TestFleet(1)
        fleet.finish(try fleet.place(TestFleet.request(1, blocks: 40)))
        let placement = try fleet.place(TestFleet.request(1, blocks: 40, own: 10))
        fleet.state.counted(placement, promptTokens: 4_000, cachedTokens: 0)
        #expect(fleet.state.workers[0].ledger.uncachedTokens == 1_000)
    }

    @Test func aCallThatFailsBeforeItsFirstTokenLeavesNothing() throws {
        var fleet = TestFleet(1)
        for outcome in [WorkOutcome.refused, .abandoned] {
            let placement = try fleet.place(TestFleet.request(1, blocks: 40))
            fleet.state.counted(placement, promptTokens: 5, cachedTokens: 5)
            fleet.finish(placement, outcome)
            #expect(fleet.state.workers[0].ledger == WorkLedger())
        }
    }

    @Test func reportsAreCorrectedByOurOwnCalls() throws {
        var fleet = TestFleet(1)
        fleet.hear(0, running: 5)
        #expect(fleet.state.workers[0].depth == 5)
        let placement = try fleet.place(TestFleet.request())
        #expect(fleet.state.workers[0].depth == 6)
        fleet.finish(placement)
        #expect(fleet.state.workers[0].depth == 5)
        // A report that crossed our call on the way must not make the worker look idle.
        _ = try fleet.place(TestFleet.request())
        fleet.hear(0)
        #expect(fleet.state.workers[0].depth == 1)
    }

    @Test func blockEventsAreBelieved() throws {
        var fleet = TestFleet(2)
        let request = TestFleet.request(1, blocks: 40)
        fleet.hear(0, sequence: 1)
        fleet.hear(0, sequence: 2, inserted: request.blocks)
        let placement = try fleet.place(request)
        #expect(placement.worker == fleet.addresses[0] && placement.rule == .holder && placement.cost.match == 1)
        fleet.finish(placement)
        fleet.hear(0, sequence: 3, evicted: request.blocks)
        #expect(try fleet.place(request).rule == .least)
    }

    @Test func aGapForgetsAndAsksAgain() throws {
        var fleet = TestFleet(1)
        let request = TestFleet.request(1, blocks: 40)
        fleet.hear(0, sequence: 1)
        #expect(fleet.hear(0, sequence: 2, inserted: request.blocks) == .fine)
        #expect(fleet.hear(0, sequence: 4) == .gap)
        #expect(fleet.state.explain(request, at: fleet.now).rows[0].cost.match == 0)
        // The stream begins anew and names what is there.
        #expect(fleet.hear(0, sequence: 1, inserted: Array(request.blocks.prefix(20))) == .fine)
        #expect(fleet.state.explain(request, at: fleet.now).rows[0].cost.match == 0.5)
    }

    @Test func aWorkerWithoutEventsMaySkipNumbers() throws {
        var fleet = TestFleet(1)
        let request = TestFleet.request(1, blocks: 40)
        fleet.finish(try fleet.place(request))
        #expect(fleet.hear(0, sequence: 4) == .fine && fleet.hear(0, sequence: 9) == .fine)
        #expect(try fleet.place(request).rule == .holder)
    }

    @Test func threeFaultsOpenTheBreakerAndOneProbeClosesIt() throws {
        var fleet = TestFleet(1)
        for _ in 0..<3 { fleet.finish(try fleet.place(TestFleet.request()), .fault) }
        #expect(fleet.state.explain(TestFleet.request(), at: fleet.now).rows[0].filter == "ejected")
        let first = try fleet.wait(TestFleet.request(1))
        let second = try fleet.wait(TestFleet.request(2))
        fleet.time.advance(by: .seconds(4))
        fleet.hear(0)
        let probe = try #require(fleet.answers()[first])
        #expect(fleet.state.waiting == 1, "one at a time")
        fleet.finish(probe, .fault)
        fleet.time.advance(by: .seconds(4))
        fleet.hear(0)
        #expect(fleet.answers().isEmpty, "the next pause is twice as long")
        fleet.time.advance(by: .seconds(3))
        fleet.hear(0)
        let again = try #require(fleet.answers()[second])
        fleet.finish(again)
        #expect(try fleet.place(TestFleet.request()).worker == fleet.addresses[0])
    }

    @Test func answersTellHowLongTheNextOnesGet() throws {
        var lengths = OutputLengths()
        let key = OutputLengths.Key(tenant: 1, model: "m", allowed: 4_096)
        #expect(lengths.quantile(0.5, of: key, allowed: 100) == 100)
        for tokens in [20, 20, 20, 20, 20, 20, 900, 900, 900] { lengths.ended(key, tokens: tokens) }
        #expect(lengths.quantile(0.5, of: key, allowed: 4_096) == 32)
        #expect(lengths.quantile(0.9, of: key, allowed: 4_096) == 1_024)
        #expect(lengths.quantile(0.9, of: key, allowed: 200) == 200)
        // Another tenant begins with what the model's answers are like.
        #expect(lengths.quantile(0.5, of: .init(tenant: 2, model: "m", allowed: 4_000), allowed: 4_000) == 32)
        #expect(lengths.quantile(0.5, of: .init(tenant: 2, model: "x", allowed: 4_000), allowed: 4_000) == 128)
    }

    @Test func ratesLieBetweenWhatWasMeasured() {
        var rates = WorkerRates()
        rates.measured(
            WorkerReport(
                instance: 1, prefillTokensPerSecond: 500, stepMicroseconds: [10_000, 12_000, 20_000], models: []))
        let none = SeenPace()
        #expect(rates.prefill(beside: none) == 500)
        #expect(
            [1, 2, 3, 4, 8].map { (rates.step(batch: $0, beside: none) * 1e6).rounded() }
                == [10_000, 12_000, 16_000, 20_000, 40_000])
        var unmeasured = WorkerRates()
        unmeasured.measured(WorkerReport(instance: 1, prefillTokensPerSecond: .nan, stepMicroseconds: [-1], models: []))
        var others = none
        others.sawPrefill(tokens: 1_000, seconds: 0.25)
        others.sawDecode(tokens: 100, seconds: 1)
        #expect(unmeasured.prefill(beside: others) == 4_000 && unmeasured.step(batch: 1, beside: others) == 0.01)
        unmeasured.saw { $0.sawPrefill(tokens: 1_000, seconds: 0.5) }
        #expect(unmeasured.prefill(beside: others) == 2_000)
    }

    /// Goal: a token costs what it adds; the way there and back is no part of a long prompt's time a second time.
    @Test func thePaceIsTheSlope() throws {
        var pace = SeenPace()
        for number in 0..<200 {
            let tokens = number % 20 == 0 ? 4_250 : 260 + number % 7
            // 10 ms, and 20 microseconds a token.
            pace.sawPrefill(tokens: tokens, seconds: 0.01 + Double(tokens) * 0.000_02)
        }
        #expect(abs(try #require(pace.reading.rate) - 50_000) < 50)
        // Short ones alone say nothing new of it.
        for _ in 0..<2_000 { pace.sawPrefill(tokens: 260, seconds: 0.015) }
        #expect(abs(try #require(pace.reading.rate) - 50_000) < 2_500)
        #expect(try #require(pace.reading.ratio) < 20_000)
        #expect(abs(pace.reading.fixed - 0.01) < 0.001)
        // Ten times as slow, whatever is asked of it.
        for _ in 0..<1_000 { pace.sawPrefill(tokens: 260, seconds: 0.15) }
        #expect(pace.reading.rate == nil)
        var noise = SeenPace()
        for number in 0..<200 {
            noise.sawPrefill(tokens: number % 2 == 0 ? 300 : 3_000, seconds: number % 2 == 0 ? 1 : 0.5)
        }
        #expect(noise.reading.rate == nil)
    }

    /// Goal: one that has done nothing yet gets its share, though the others were seen to be fast.
    @Test func anUnknownWorkerIsThoughtToBeAsFastAsTheOthers() throws {
        var fleet = TestFleet(4)
        for worker in 0..<4 { fleet.hear(worker, isSilentOfItsPace: true) }
        var got: [WorkerAddress: Int] = [:]
        for prefix in 0..<64 as Range<UInt64> {
            let placed = try fleet.place(TestFleet.request(prefix, blocks: 60, own: 4, salt: 1))
            got[placed.worker, default: 0] += 1
            fleet.time.advance(by: .milliseconds(80))
            _ = fleet.state.firstToken(placed, at: fleet.now)
            fleet.time.advance(by: .milliseconds(60))
            fleet.finish(placed)
            for worker in 0..<4 { fleet.hear(worker, isSilentOfItsPace: true) }
        }
        #expect(got.count == 4 && got.values.allSatisfy { (15...17).contains($0) }, "\(got)")
    }

    /// A load stream that broke and is opened anew is not a worker that has started anew.
    @Test func aWorkerThatIsHeardAgainNeedsNoWarmUp() throws {
        var fleet = TestFleet(2)
        fleet.time.advance(by: .seconds(60))
        for index in 0..<2 { fleet.hear(index) }
        let settled = fleet.state.workers.map { $0.places(fleet.rules, at: fleet.now) }
        fleet.state.lost(fleet.addresses[0], at: fleet.now)
        fleet.hear(0)
        #expect(fleet.state.workers.map { $0.places(fleet.rules, at: fleet.now) } == settled)
        fleet.hear(0, instance: 99)
        #expect(fleet.state.workers[0].places(fleet.rules, at: fleet.now) < settled[0])
    }

    @Test func aDecisionCanBeAskedForAfterwards() throws {
        var rules = SchedulingRules()
        rules.remembered = 4
        var fleet = TestFleet(2, rules: rules)
        let turns = (0..<6).map { UUIDv7(high: 1, low: UInt64($0)) }
        for turn in turns {
            var request = TestFleet.request(turn.low)
            request.turn = turn
            fleet.finish(try fleet.place(request))
        }
        #expect(fleet.state.decisions(of: turns[0]).isEmpty)
        let entry = try #require(fleet.state.decisions(of: turns[5]).first)
        #expect(entry.placement.rule == .least && entry.considered.count == 2)
        #expect(entry.considered.allSatisfy { $0.cost.total > 0 })
    }

    /// A short conversation has no block; its name, as a worker reports it or as it was sent there, leads to the worker
    /// that reported it and not to one that happens to have the same number. Workers that start anew have new numbers.
    @Test(arguments: [0, 1, 2]) func aNameLeadsToTheWorkerThatHoldsIt(_ worker: Int) throws {
        var fleet = TestFleet(3)
        for index in [2, 0, 1] { fleet.hear(index, instance: UInt64(index + 10)) }
        fleet.hear(worker, instance: UInt64(worker + 10), sequence: 1, inserted: [77])
        var request = TestFleet.request(5)
        request.hints = [77]
        let placement = try fleet.place(request)
        #expect(placement.worker == fleet.addresses[worker])
        fleet.finish(placement)
        fleet.hear(worker, instance: UInt64(worker + 10), sequence: 2, evicted: [77])
        #expect(fleet.state.explain(request, at: fleet.now).rows.allSatisfy { $0.cost.match == 0 })
    }
}
