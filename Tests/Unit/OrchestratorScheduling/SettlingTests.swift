// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorScheduling

/// Goal: a prefix is in as few caches as will do. Found by `make bench ONLY=fleet`: each needless copy pushes another
/// prefix out.
@Suite struct SettlingTests {
    /// Two workers whose every place is taken by prompts that share nothing.
    private func fullFleet() throws -> (TestFleet, onFirst: [Placement], onSecond: [Placement]) {
        var fleet = TestFleet(2, places: 4)
        let running = try (0..<8).map { try fleet.place(TestFleet.request(100 + UInt64($0))) }
        let first = running.filter { $0.worker == fleet.addresses[0] }
        return (fleet, first, running.filter { $0.worker == fleet.addresses[1] })
    }

    /// Goal: of those who come together with a new prefix, the second waits for the worker that reads it for the first,
    /// though another comes free before.
    @Test func aRushMakesOneHolder() throws {
        var (fleet, onFirst, onSecond) = try fullFleet()
        let one = try fleet.wait(TestFleet.request(7, blocks: 20, own: 1, salt: 1))
        let two = try fleet.wait(TestFleet.request(7, blocks: 20, own: 1, salt: 2))
        #expect(fleet.finish(onFirst.removeLast())[one]?.worker == fleet.addresses[0])
        #expect(fleet.finish(onSecond.removeLast()).isEmpty)
        let answer = fleet.finish(onFirst.removeLast())[two]
        #expect(answer?.worker == fleet.addresses[0] && answer?.rule == .holder)
        #expect(fleet.state.waiting == 0)
    }

    /// Goal: one whose holder has a place gets it there, whoever it was that came free.
    @Test func aHolderWithAPlaceIsTakenAtOnce() throws {
        var (fleet, onFirst, onSecond) = try fullFleet()
        let one = try fleet.wait(TestFleet.request(7, blocks: 20, own: 1, salt: 1))
        let placed = try #require(fleet.finish(onFirst.removeLast())[one])
        let two = try fleet.wait(TestFleet.request(8, blocks: 20, own: 1, salt: 1))
        let three = try fleet.wait(TestFleet.request(8, blocks: 20, own: 1, salt: 2))
        // Both of the other prefix: one goes to the second worker, the other waits for it there.
        #expect(fleet.finish(onSecond.removeLast())[two]?.worker == fleet.addresses[1])
        #expect(fleet.finish(placed).isEmpty)
        #expect(fleet.finish(onSecond.removeLast())[three]?.worker == fleet.addresses[1])
    }

    /// Goal: of two holders that cost about the same it is always one, and the other when that one is full.
    @Test func ofTwoCopiesOneIsUsed() throws {
        var fleet = TestFleet(2, places: 4)
        var prompt = TestFleet.request(7, blocks: 20, own: 1, salt: 1)
        let here = try fleet.place(prompt)
        prompt.excluded = [here.worker]
        let there = try fleet.place(prompt)
        #expect(here.worker != there.worker)
        // A call has to have taken time, or waiting for a place costs nothing.
        fleet.time.advance(by: .seconds(1))
        fleet.finish(here)
        fleet.finish(there)

        let settled = try fleet.place(TestFleet.request(7, blocks: 20, own: 1, salt: 2))
        fleet.finish(settled)
        var other = TestFleet.request(50, blocks: 1)
        other.excluded = Set(fleet.addresses).subtracting([settled.worker])
        _ = try fleet.place(other)
        let again = try fleet.place(TestFleet.request(7, blocks: 20, own: 1, salt: 3))
        #expect(again.worker == settled.worker, "a little work beside it is no reason to leave it")
        fleet.finish(again)

        for salt in 10..<13 {
            var more = TestFleet.request(50 + UInt64(salt), blocks: 1)
            more.excluded = other.excluded
            _ = try fleet.place(more)
        }
        #expect(try fleet.place(TestFleet.request(7, blocks: 20, own: 1, salt: 4)).worker != settled.worker)
    }

    /// Goal: each worker gets as many of the new prefixes as another, whatever came to it before: one that has more of
    /// them than its cache holds loses them all the time.
    @Test func newPrefixesSettleEvenly() throws {
        var fleet = TestFleet(4, places: 4)
        // What one of them was asked more often is long gone, or in its cache anyway.
        let busy = try fleet.place(TestFleet.request(1_000, blocks: 60, own: 4, salt: 1))
        fleet.finish(busy)
        for salt in 2..<200 as Range<UInt64> {
            fleet.finish(try fleet.place(TestFleet.request(1_000, blocks: 60, own: 4, salt: salt)))
        }
        for round in 0..<3 as Range<UInt64> {
            var got: [WorkerAddress: Int] = [:]
            for prefix in 0..<64 as Range<UInt64> {
                let placed = try fleet.place(TestFleet.request(round * 100 + prefix, blocks: 60, own: 4, salt: 1))
                got[placed.worker, default: 0] += 1
                fleet.finish(placed)
            }
            #expect(got.count == 4 && got.values.allSatisfy { (15...17).contains($0) }, "\(got)")
            fleet.time.advance(by: .seconds(20))
            for worker in 0..<4 { fleet.hear(worker, maxRunning: 4) }
        }
    }

    /// Places a prompt, lets its first token come after so long, and ends it.
    private func ask(
        _ prefix: UInt64, _ salt: UInt64, took: Duration, of fleet: inout TestFleet, but excluded: Int? = nil
    ) throws -> WorkerAddress {
        var request = TestFleet.request(prefix, blocks: 60, own: 2, salt: salt)
        if let excluded { request.excluded = [fleet.addresses[excluded]] }
        let placed = try fleet.place(request)
        fleet.time.advance(by: took)
        _ = fleet.state.firstToken(placed, at: fleet.now)
        fleet.finish(placed)
        for worker in 0..<2 { fleet.hear(worker) }
        return placed.worker
    }

    /// Goal: a worker that was given more than its cache holds does not read them again and again: one that it lost
    /// goes to another. A token takes 0.1 ms here, a whole prompt 384.
    @Test func whatAFullCacheLostSettlesElsewhere() throws {
        var fleet = TestFleet(2)
        let (short, whole) = (Duration.milliseconds(20), Duration.milliseconds(390))
        for prefix in 0..<4 as Range<UInt64> { _ = try ask(prefix, 1, took: whole, of: &fleet, but: 1) }
        for prefix in 0..<4 as Range<UInt64> {
            #expect(try ask(prefix, 2, took: short, of: &fleet) == fleet.addresses[0], "it is there")
        }
        #expect(try ask(0, 3, took: whole, of: &fleet) == fleet.addresses[0])
        #expect(try ask(0, 4, took: whole, of: &fleet) == fleet.addresses[1], "it was lost")
        #expect(try ask(0, 5, took: short, of: &fleet) == fleet.addresses[1])
        #expect(try ask(1, 3, took: whole, of: &fleet) == fleet.addresses[0])
        #expect(try ask(1, 4, took: whole, of: &fleet) == fleet.addresses[1])
        // Now each has two, and moving more would only move them.
        for salt in 5..<9 as Range<UInt64> {
            #expect(try ask(2, salt, took: whole, of: &fleet) == fleet.addresses[0])
        }
    }

    @Test func whatSettledLongAgoIsForgotten() {
        var sum = RecentSum(window: .seconds(10))
        let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
        sum.add(8, at: start)
        #expect(sum.value(at: start) == 8 && sum.value(at: start + .seconds(9)) == 8)
        #expect(sum.value(at: start + .seconds(15)) == 4 && sum.value(at: start + .seconds(20)) == 0)
        // What is added brings nothing back.
        sum.add(1, at: start + .seconds(15))
        #expect(sum.value(at: start + .seconds(15)) == 5 && sum.value(at: start + .seconds(20)) == 1)
        #expect(sum.value(at: start + .seconds(-1)) == 9, "clocks are read before locks are taken")
        sum.add(1, at: start + .seconds(60))
        #expect(sum.value(at: start + .seconds(60)) == 1)
        // What is taken back is first of the newest, and no more than there is.
        sum.add(4, at: start + .seconds(71))
        #expect(sum.value(at: start + .seconds(75)) == 4.5)
        sum.take(4.5, at: start + .seconds(75))
        #expect(sum.value(at: start + .seconds(75)) == 0.25)
        sum.take(100, at: start + .seconds(75))
        #expect(sum.value(at: start + .seconds(75)) == 0 && sum.value(at: start + .seconds(79)) == 0)
    }
}
