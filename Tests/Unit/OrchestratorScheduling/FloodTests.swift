// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorScheduling

/// One tenant that sends far more than its share, and the others.
struct FloodTests {
    private func instant(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000 + UInt64(seconds * 1e9))
    }

    @Test func whoHadWellMoreThanTheMeanIsGreedy() {
        var use = RecentUse(SchedulingRules())
        for tenant in 1...8 as ClosedRange<UInt64> {
            for _ in 0..<10 {
                use.began(tenant, tokens: 1_000, at: instant(1))
                use.ended(tenant, charged: 1_000, tokens: 1_000, at: instant(1))
            }
        }
        #expect((1...8).allSatisfy { !use.isGreedy($0, at: instant(1)) })
        for _ in 0..<15 { use.began(1, tokens: 1_000, at: instant(2)) }
        // 25 thousand; the mean is 11.9, and once and a half of it with a quantum are 21.9.
        #expect(use.isGreedy(1, at: instant(2)) && !use.isGreedy(2, at: instant(2)))
        #expect(!use.isGreedy(99, at: instant(2)), "one that had nothing")
        // Half a minute later those of the others are long over; its own still run, and nobody else is there.
        for _ in 0..<15 { use.ended(1, charged: 1_000, tokens: 1_000, at: instant(32)) }
        #expect(!use.isGreedy(1, at: instant(32)))
    }

    /// Goal: what runs for a tenant counts as long as it runs, and what ended is forgotten within two windows.
    @Test func useIsForgottenAndWorkThatRunsIsNot() {
        var use = RecentUse(SchedulingRules())
        use.began(1, tokens: 50_000, at: instant(1))
        use.began(3, tokens: 50_000, at: instant(1))
        use.ended(3, charged: 50_000, tokens: 50_000, at: instant(1))
        for second in 1...30 {
            for tenant in [2, 4, 5, 6] as [UInt64] {
                use.began(tenant, tokens: 100, at: instant(Double(second)))
                use.ended(tenant, charged: 100, tokens: 100, at: instant(Double(second)))
            }
            #expect(use.isGreedy(1, at: instant(Double(second))))
            if second > 15 { #expect(!use.isGreedy(3, at: instant(Double(second)))) }
        }
        use.ended(1, charged: 50_000, tokens: 0, at: instant(30))
        #expect(!use.isGreedy(1, at: instant(30)), "it was over before it began")
    }

    /// Goal: answers longer than two windows are work that runs: whoever has few of them is a tenant like others.
    @Test func tenantsWhoseWorkRunsForLongAreCounted() {
        var use = RecentUse(SchedulingRules())
        for tenant in 1...9 as ClosedRange<UInt64> { use.began(tenant, tokens: 2_000, at: instant(1)) }
        for second in 2...30 { use.began(1, tokens: 2_000, at: instant(Double(second))) }
        #expect(use.isGreedy(1, at: instant(30)))
        #expect(!use.isGreedy(2, at: instant(30)))
        for tenant in 2...9 as ClosedRange<UInt64> {
            use.ended(tenant, charged: 2_000, tokens: 2_000, at: instant(31))
        }
        #expect(use.isGreedy(1, at: instant(31)))
    }

    /// A worker of four places that seven tenants have used, and one that floods it.
    private func flooded() throws -> (fleet: TestFleet, running: [Placement], waiting: [UInt64]) {
        var rules = SchedulingRules()
        rules.waitBounds = Array(repeating: .seconds(600), count: 3)
        var fleet = TestFleet(1, places: 4, rules: rules)
        for tenant in 2...8 as ClosedRange<UInt64> {
            fleet.finish(try fleet.place(TestFleet.request(tenant, blocks: 8, tenant: tenant)))
        }
        for number in 0..<30 as Range<UInt64> {
            fleet.finish(try fleet.place(TestFleet.request(100, blocks: 8, own: 4, salt: number, tenant: 1)))
        }
        var running: [Placement] = []
        var waiting: [UInt64] = []
        for number in 100..<110 as Range<UInt64> {
            let request = TestFleet.request(100, blocks: 8, own: 4, salt: number, tenant: 1)
            switch try fleet.state.submit(request, at: fleet.now) {
            case .placed(let placement): running.append(placement)
            case .waits(let ticket): waiting.append(ticket)
            }
        }
        return (fleet, running, waiting)
    }

    /// Goal: while others use a worker, a flood leaves them a place of it, and they need not wait.
    @Test func aFloodLeavesAPlaceToOthers() throws {
        var (fleet, running, waiting) = try flooded()
        #expect(running.count == 3 && waiting.count == 7)
        let explained = fleet.state.explain(TestFleet.request(100, blocks: 8, tenant: 1), at: fleet.now)
        #expect(explained.rows.map(\.filter) == ["kept_for_others"] && explained.waits)
        let other = try fleet.place(TestFleet.request(2, blocks: 8, tenant: 2))
        // Its end gives the place back to those like it, and not to the flood; the flood's own ends serve the flood.
        #expect(fleet.finish(other).isEmpty)
        #expect(fleet.finish(running[0]).keys.sorted() == [waiting[0]])
    }

    /// Goal: what nobody else wants is not kept.
    @Test func aFloodGetsAllWhenNobodyElseCame() throws {
        var (fleet, _, waiting) = try flooded()
        fleet.time.advance(by: fleet.rules.keptFor)
        fleet.hear(0, running: 3, maxRunning: 4)
        #expect(fleet.answers().keys.sorted() == [waiting[0]])
    }

    /// Goal: a line full of one tenant's requests does not look like a busy worker to another.
    @Test func aFloodedLineIsNoLongerForOthers() throws {
        var rules = SchedulingRules()
        rules.heatShare = 100
        rules.waitBounds = Array(repeating: .seconds(600), count: 3)
        var fleet = TestFleet(2, places: 1, rules: rules)
        let mine = TestFleet.request(1, blocks: 200, own: 2, tenant: 2)
        let first = try fleet.place(mine)
        fleet.finish(first)
        // The flood's prefix comes to the same worker: the other one has something to do.
        var busy = TestFleet.request(7, blocks: 2, tenant: 3)
        busy.excluded = [first.worker]
        let elsewhere = try fleet.place(busy)
        let flood = try fleet.place(TestFleet.request(2, blocks: 200, own: 2, tenant: 1))
        #expect(flood.worker == first.worker)
        _ = fleet.state.firstToken(flood, at: fleet.now)
        for salt in 1...30 as ClosedRange<UInt64> {
            _ = try fleet.wait(TestFleet.request(2, blocks: 200, own: 2, salt: salt, tenant: 1))
        }
        fleet.finish(elsewhere)
        // It waits for its holder, behind the one that runs and the oldest of the flood, and not behind thirty.
        let ticket = try fleet.wait(mine)
        let next = try #require(fleet.finish(flood).first)
        #expect((next.key == ticket ? next.value : fleet.finish(next.value)[ticket])?.rule == .holder)
    }

    /// Goal: a tenant past its share that has the fleet nearly to itself gets what nobody else needs, holder or not.
    @Test func whatNobodyNeedsIsForWhoeverHasHadMore() throws {
        var fleet = TestFleet(4, places: 4)
        let trickle = try fleet.place(TestFleet.request(50, blocks: 8, tenant: 2))
        for number in 0..<30 as Range<UInt64> {
            fleet.finish(try fleet.place(TestFleet.request(100, blocks: 20, own: 2, salt: number, tenant: 1)))
        }
        fleet.finish(trickle)
        _ = try fleet.place(TestFleet.request(51, blocks: 8, tenant: 2))
        var placed: [Placement] = []
        var waiting: [UInt64] = []
        for number in 100..<112 as Range<UInt64> {
            let request = TestFleet.request(100, blocks: 20, own: 2, salt: number, tenant: 1)
            switch try fleet.state.submit(request, at: fleet.now) {
            case .placed(let placement): placed.append(placement)
            case .waits(let ticket): waiting.append(ticket)
            }
        }
        #expect(fleet.state.isGreedy(TestFleet.request(100, blocks: 20, tenant: 1), at: fleet.now))
        // Those that wait for their holder do so as long as it is worth, and then go where there is room.
        fleet.time.advance(by: .seconds(1))
        for ticket in waiting { #expect(fleet.state.review(ticket, at: fleet.now) == nil) }
        placed += fleet.answers().values
        #expect(placed.count == 12)
        #expect(Set(placed.map(\.worker)).count > 2, "one prefix, and four workers of which three stood still")
    }

    /// Goal: what never ran, or was refused, makes nobody look greedy.
    @Test func whatWasRefusedCostsNothing() throws {
        var fleet = TestFleet(1, places: 4)
        for tenant in 2...8 as ClosedRange<UInt64> {
            fleet.finish(try fleet.place(TestFleet.request(tenant, blocks: 8, tenant: tenant)))
        }
        for number in 0..<60 as Range<UInt64> {
            let placement = try fleet.place(TestFleet.request(100, blocks: 64, own: 60, salt: number, tenant: 1))
            fleet.finish(placement, .refused)
        }
        let request = TestFleet.request(100, blocks: 8, tenant: 1)
        #expect(!fleet.state.isGreedy(request, at: fleet.now))
    }
}
