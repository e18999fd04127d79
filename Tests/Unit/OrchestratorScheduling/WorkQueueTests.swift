// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorScheduling

struct WorkQueueTests {
    /// One worker with one place, taken; whoever waits is told one after the other.
    private func full(_ rules: SchedulingRules = SchedulingRules()) throws -> (TestFleet, Placement) {
        var fleet = TestFleet(1, places: 1, rules: rules)
        let placement = try fleet.place(TestFleet.request(99))
        return (fleet, placement)
    }

    /// Ends one call after the other; the tickets in the order of their service.
    private func drain(_ fleet: inout TestFleet, _ first: Placement) -> [UInt64] {
        var order: [UInt64] = []
        var running = first
        while let (ticket, next) = fleet.finish(running).first {
            order.append(ticket)
            running = next
        }
        return order
    }

    @Test func classesAreStrictAndFirstComeFirstServedInside() throws {
        var (fleet, running) = try full()
        let batch = try fleet.wait(TestFleet.request(1, serviceClass: .batch))
        let standard = try fleet.wait(TestFleet.request(2, serviceClass: .standard))
        let premium = try fleet.wait(TestFleet.request(3, serviceClass: .premium))
        let later = try fleet.wait(TestFleet.request(4, serviceClass: .premium))
        #expect(drain(&fleet, running) == [premium, later, standard, batch])
    }

    /// Goal: a lower class is not starved, and takes no more than its part from those above.
    @Test func whoWaitsLongEnoughGetsAPart() throws {
        var rules = SchedulingRules()
        rules.waitBounds = Array(repeating: .seconds(600), count: 3)
        var (fleet, running) = try full(rules)
        var batch: Set<UInt64> = []
        for number in 0..<20 as Range<UInt64> {
            batch.insert(try fleet.wait(TestFleet.request(number, serviceClass: .batch)))
        }
        for number in 0..<80 as Range<UInt64> { _ = try fleet.wait(TestFleet.request(number, serviceClass: .premium)) }
        fleet.time.advance(by: .seconds(9))
        fleet.hear(0, running: 1, maxRunning: 1)
        // Not yet: two classes above take twice five seconds.
        for _ in 0..<20 {
            let (ticket, next) = try #require(fleet.finish(running).first)
            #expect(!batch.contains(ticket))
            running = next
        }
        fleet.time.advance(by: .seconds(2))
        fleet.hear(0, running: 1, maxRunning: 1)
        let order = drain(&fleet, running)
        #expect(order.prefix(40).count { batch.contains($0) } == 5)
        #expect(order.count == 80)
    }

    /// Goal: a tenant that floods is served one of two while another waits, whatever their numbers are.
    @Test func tenantsShareByTokens() throws {
        var rules = SchedulingRules()
        rules.waitBounds = Array(repeating: .seconds(600), count: 3)
        var (fleet, running) = try full(rules)
        var tickets: [UInt64: UInt64] = [:]
        for number in 0..<200 as Range<UInt64> {
            tickets[try fleet.wait(TestFleet.request(number, blocks: 40, own: 40, salt: number, tenant: 1))] = 1
        }
        for number in 0..<20 as Range<UInt64> {
            tickets[try fleet.wait(TestFleet.request(number, blocks: 40, own: 40, salt: number + 999, tenant: 2))] = 2
        }
        let order = drain(&fleet, running).prefix(44).compactMap { tickets[$0] }
        #expect(order.count { $0 == 2 } >= 19, "the small tenant gets half of what there is")
    }

    /// Goal: shares are of tokens, not of requests.
    @Test func longPromptsCountForMore() throws {
        var rules = SchedulingRules()
        rules.waitBounds = Array(repeating: .seconds(600), count: 3)
        var (fleet, running) = try full(rules)
        var tickets: [UInt64: UInt64] = [:]
        for number in 0..<60 as Range<UInt64> {
            tickets[try fleet.wait(TestFleet.request(number, blocks: 150, own: 150, salt: number, tenant: 1))] = 1
            tickets[try fleet.wait(TestFleet.request(number, blocks: 10, own: 10, salt: number + 999, tenant: 2))] = 2
        }
        let order = drain(&fleet, running).prefix(40).compactMap { tickets[$0] }
        let (long, short) = (order.count { $0 == 1 }, order.count { $0 == 2 })
        #expect(short >= 3 * long, "\(long) long ones, \(short) short ones")
    }

    @Test func leavingCostsNothing() throws {
        var (fleet, running) = try full()
        let gone = try fleet.wait(TestFleet.request(1))
        let stays = try fleet.wait(TestFleet.request(2))
        fleet.state.cancel(gone)
        #expect(drain(&fleet, running) == [stays])
        #expect(fleet.state.waiting == 0 && fleet.state.workers.map(\.inFlight) == [0])
    }

    @Test func theLineIsBoundedAndAFloodLeavesRoom() throws {
        var rules = SchedulingRules()
        rules.queueLimit = 20
        rules.waitBounds = Array(repeating: .seconds(600), count: 3)
        var (fleet, _) = try full(rules)
        for number in 0..<10 as Range<UInt64> { _ = try fleet.wait(TestFleet.request(number, tenant: 1)) }
        // Half is full: now each tenant has its share of the whole.
        _ = try fleet.wait(TestFleet.request(1, tenant: 2))
        #expect(throws: PlacementRefusal.self) { try fleet.wait(TestFleet.request(50, tenant: 1)) }
        for number in 0..<5 as Range<UInt64> { _ = try fleet.wait(TestFleet.request(number, tenant: 2)) }
        rules.queueBytes = 400
        var (small, _) = try full(rules)
        _ = try small.wait(TestFleet.request(1, blocks: 10))
        #expect(throws: PlacementRefusal.self) { try small.wait(TestFleet.request(2, blocks: 10)) }
    }

    /// Goal: what cannot be served in time is refused at once, with the time after which it could be.
    @Test func aWaitTooLongIsRefusedHonestly() throws {
        var (fleet, running) = try full()
        fleet.time.advance(by: .seconds(4))
        // The worker takes four seconds for a call.
        let first = try fleet.wait(TestFleet.request(1))
        running = try #require(fleet.finish(running)[first])
        var refusal: PlacementRefusal?
        var waiting = 0
        while refusal == nil, waiting < 50 {
            do {
                _ = try fleet.wait(TestFleet.request(2, serviceClass: .premium))
                waiting += 1
            } catch let error as PlacementRefusal {
                refusal = error
            }
        }
        // Ten seconds are promised, four a call: two may wait, and the third has two seconds too many.
        #expect(waiting == 2)
        #expect(refusal == .overloaded(retryAfter: .seconds(2)))
        // A batch request may wait for a minute.
        _ = try fleet.wait(TestFleet.request(3, serviceClass: .batch))
        #expect(running.rule == .least)
    }

    @Test func aLostWorkersLineGoesElsewhere() throws {
        var rules = SchedulingRules()
        rules.heatShare = 10
        var fleet = TestFleet(2, places: 1, rules: rules)
        let holder = try fleet.place(TestFleet.request(1, blocks: 200, own: 2))
        let other = try fleet.place(TestFleet.request(2, blocks: 200, own: 2))
        _ = fleet.state.firstToken(holder, at: fleet.now)
        let ticket = try fleet.wait(TestFleet.request(1, blocks: 200, own: 2, salt: 1))
        fleet.state.lost(holder.worker, at: fleet.now)
        let placed = fleet.finish(other)
        #expect(placed[ticket]?.worker == other.worker && placed[ticket]?.rule == .released)
    }

    @Test func aWorkerThatFailedIsNotGivenTheSameAgain() throws {
        var (fleet, running) = try full()
        var again = TestFleet.request(1)
        again.excluded = [fleet.addresses[0]]
        let excluded = try fleet.wait(again)
        let other = try fleet.wait(TestFleet.request(2))
        #expect(drain(&fleet, running) == [other])
        #expect(fleet.state.review(excluded, at: fleet.now) == .noneReady)
    }

    @Test func cacheRoomIsReservedForPromptAndExpectedAnswer() throws {
        var fleet = TestFleet(1, places: 8)
        _ = fleet.state.heard(
            WorkerReport(instance: 1, maxRunning: 8, totalCacheTokens: 4_000, models: [TestFleet.model]),
            from: fleet.addresses[0], at: fleet.now)
        let first = try fleet.place(TestFleet.request(1, blocks: 40))
        let ticket = try fleet.wait(TestFleet.request(2, blocks: 40))
        #expect(fleet.state.explain(TestFleet.request(3, blocks: 40), at: fleet.now).rows[0].filter == "cache_full")
        #expect(fleet.finish(first).keys.first == ticket)
    }
}
