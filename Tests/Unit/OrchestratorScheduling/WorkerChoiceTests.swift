// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorScheduling

struct WorkerChoiceTests {
    @Test func requestsSpreadByLoadEvenBeforeAnyReport() throws {
        var fleet = TestFleet(2, places: 10)
        var counts: [WorkerAddress: Int] = [:]
        for number in 0..<20 { counts[try fleet.place(TestFleet.request(UInt64(number))).worker, default: 0] += 1 }
        #expect(counts == [fleet.addresses[0]: 10, fleet.addresses[1]: 10])
    }

    @Test func tiesAreBrokenAlikeEverywhere() throws {
        var one = TestFleet(3)
        var other = TestFleet(3)
        for prefix in 0..<50 as Range<UInt64> {
            let request = TestFleet.request(prefix)
            let first = try one.place(request)
            #expect(first == (try other.place(request)))
            one.finish(first)
            other.finish(first)
        }
    }

    /// Goal: prompts with one prefix meet on one worker, however their ends differ, and are still there an hour of
    /// turns later.
    @Test func aPrefixKeepsItsWorker() throws {
        var fleet = TestFleet(8)
        for prefix in 1...20 as ClosedRange<UInt64> {
            let first = try fleet.place(TestFleet.request(prefix, blocks: 40, own: 4))
            for salt in 1...3 as ClosedRange<UInt64> {
                let next = try fleet.place(TestFleet.request(prefix, blocks: 40, own: 4, salt: salt))
                #expect(next.worker == first.worker && next.rule == .holder)
                fleet.finish(next)
            }
            fleet.finish(first)
        }
    }

    @Test func prefixesSpreadEvenlyOverCaches() throws {
        var fleet = TestFleet(4)
        var counts: [WorkerAddress: Int] = [:]
        for prefix in 1...64 as ClosedRange<UInt64> {
            let placement = try fleet.place(TestFleet.request(prefix, blocks: 68, own: 4))
            counts[placement.worker, default: 0] += 1
            fleet.finish(placement)
        }
        #expect(counts.count == 4)
        #expect((counts.values.max() ?? 0) <= 19, "\(counts)")
    }

    @Test func aHolderThatIsFullIsWaitedFor() throws {
        var rules = SchedulingRules()
        rules.heatShare = 10
        var patient = TestFleet(2, places: 2, rules: rules)
        let one = try patient.place(TestFleet.request(1, blocks: 200, own: 2, salt: 0))
        _ = patient.state.firstToken(one, at: patient.now)
        let two = try patient.place(TestFleet.request(1, blocks: 200, own: 2, salt: 1))
        _ = patient.state.firstToken(two, at: patient.now)
        let ticket = try patient.wait(TestFleet.request(1, blocks: 200, own: 2, salt: 2))
        let placed = patient.finish(one)
        #expect(placed[ticket]?.worker == two.worker && placed[ticket]?.rule == .holder)
    }

    @Test func patienceWithAHolderEnds() throws {
        var rules = SchedulingRules()
        rules.heatShare = 10
        var fleet = TestFleet(2, places: 1, rules: rules)
        let holder = try fleet.place(TestFleet.request(1, blocks: 200, own: 2))
        _ = fleet.state.firstToken(holder, at: fleet.now)
        let ticket = try fleet.wait(TestFleet.request(1, blocks: 200, own: 2, salt: 1))
        fleet.time.advance(by: .milliseconds(100))
        let index = try #require(fleet.addresses.firstIndex(of: holder.worker))
        fleet.hear(index, running: 1, maxRunning: 1)
        #expect(fleet.answers()[ticket] == nil)
        // The hit saves 1.3 s; twice that is past what is tolerated of anybody.
        fleet.time.advance(by: .seconds(2))
        fleet.hear(index, running: 1, maxRunning: 1)
        let placed = fleet.answers()[ticket]
        #expect(placed?.rule == .released && placed?.worker != holder.worker)
    }

    @Test func heatMakesASecondHolder() throws {
        var fleet = TestFleet(2, places: 4)
        let request = TestFleet.request(1, blocks: 40, own: 0)
        var rules: [WorkerChoice.Rule] = []
        var workers: Set<WorkerAddress> = []
        for _ in 0..<6 {
            let placement = try fleet.place(request)
            rules.append(placement.rule)
            workers.insert(placement.worker)
        }
        #expect(rules.prefix(3) == [.least, .holder, .holder] && rules[3] == .replicated)
        #expect(workers.count == 2)
    }

    @Test func aRestartedHolderHoldsNothing() throws {
        var fleet = TestFleet(1)
        let request = TestFleet.request(1, blocks: 40)
        fleet.finish(try fleet.place(request))
        fleet.hear(0, instance: 99)
        #expect(try fleet.place(request).rule == .least)
    }

    @Test func drainingExcludedAndSilentWorkersAreLeftOut() throws {
        var fleet = TestFleet(3)
        fleet.hear(0, isDraining: true)
        fleet.state.lost(fleet.addresses[1], at: fleet.now)
        var request = TestFleet.request()
        #expect(try fleet.place(request).worker == fleet.addresses[2])
        request.excluded = [fleet.addresses[2]]
        let rows = fleet.state.explain(request, at: fleet.now).rows
        #expect(rows.map(\.filter) == ["draining", "not_ready", "failed_before"])
        let ticket = try fleet.wait(request)
        #expect(fleet.state.review(ticket, at: fleet.now) == .noneReady)
        fleet.time.advance(by: .seconds(11))
        #expect(fleet.state.explain(TestFleet.request(), at: fleet.now).rows[2].filter == "not_ready")
    }

    @Test func anUnknownModelIsToldFromOneThatIsNotReady() throws {
        var fleet = TestFleet()
        #expect(throws: PlacementRefusal.unknownModel) {
            _ = try fleet.state.submit(WorkRequest(model: "x", kind: .chat, spread: 0), at: fleet.now)
        }
        #expect(throws: PlacementRefusal.unknownModel) {
            _ = try fleet.state.submit(WorkRequest(model: "m", kind: .embedding, spread: 0), at: fleet.now)
        }
        for address in fleet.addresses { fleet.state.lost(address, at: fleet.now) }
        let ticket = try fleet.wait(TestFleet.request())
        #expect(fleet.state.review(ticket, at: fleet.now) == .noneReady)
    }

    @Test func manyWorkersAreComparedInPairs() throws {
        var fleet = TestFleet(40, places: 64)
        var counts: [WorkerAddress: Int] = [:]
        for prefix in 0..<400 as Range<UInt64> {
            counts[try fleet.place(TestFleet.request(prefix)).worker, default: 0] += 1
        }
        #expect(counts.count == 40)
        #expect((counts.values.max() ?? 0) <= 17, "\(counts.values.sorted())")
    }

    @Test func aFasterWorkerGetsMore() throws {
        var fleet = TestFleet(2, places: 64)
        _ = fleet.state.heard(
            WorkerReport(
                instance: 1, maxRunning: 64, prefillTokensPerSecond: 40_000,
                stepMicroseconds: [2_500, 2_500, 3_000, 4_000, 6_000, 10_000, 18_000], models: [TestFleet.model]),
            from: fleet.addresses[0], at: fleet.now)
        var fast = 0
        for prefix in 0..<40 as Range<UInt64> {
            if try fleet.place(TestFleet.request(prefix, blocks: 40)).worker == fleet.addresses[0] { fast += 1 }
        }
        #expect(fast >= 28, "\(fast) of 40")
    }

    /// Goal: where everything begins alike, a large fleet has no two workers that get all of it while others get none.
    @Test func oneBeginningOfAllDoesNotLeaveWorkersIdle() throws {
        var fleet = TestFleet(64, places: 4)
        var got: [WorkerAddress: Int] = [:]
        for number in 0..<256 as Range<UInt64> {
            var request = TestFleet.request(number, blocks: 20)
            // Another prompt each time, of the same preamble.
            request.spread = 1
            request.draw = Rendezvous.weight(number, 7)
            got[try fleet.place(request).worker, default: 0] += 1
        }
        #expect(got.count == 64 && got.values.allSatisfy { $0 == 4 }, "every place is taken")
        fleet = TestFleet(64, places: 64)
        got = [:]
        for number in 0..<640 as Range<UInt64> {
            var request = TestFleet.request(number, blocks: 20)
            request.spread = 1
            request.draw = Rendezvous.weight(number, 7)
            got[try fleet.place(request).worker, default: 0] += 1
        }
        #expect(got.count > 56 && (got.values.max() ?? 0) < 30, "\(got.count), \(got.values.max() ?? 0)")
    }

    @Test func membersAreFoundByTheirPlace() {
        let members = [0, 3, 63, 64, 130, 1_000]
        let set = WorkerSet(members)
        #expect((0..<7).map { set.member(after: $0) } == members.map { $0 } + [nil])
    }
}
