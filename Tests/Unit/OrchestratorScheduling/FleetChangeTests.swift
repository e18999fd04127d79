// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorScheduling

/// Goal: the fleet is that of the addresses there are, and no call is counted twice when one goes and comes back.
struct FleetChangeTests {
    @Test func workersComeAndGo() throws {
        var fleet = TestFleet(0)
        let addresses = ["a:1", "b:2"].map(WorkerAddress.init(rawValue:))
        func report() -> WorkerReport { WorkerReport(instance: 1, models: [TestFleet.model]) }
        #expect(!fleet.state.isComplete, "an empty list says nothing")
        fleet.state.follow(addresses, at: fleet.now)
        #expect(fleet.state.workers.map(\.address) == addresses)
        _ = fleet.state.heard(report(), from: addresses[0], at: fleet.now)
        #expect(!fleet.state.isComplete)
        let placement = try fleet.place(TestFleet.request())
        fleet.state.follow([addresses[1]], at: fleet.now)
        // It has a call of ours: it stays to be counted, and takes no more.
        #expect(fleet.state.workers.map(\.isLeaving) == [true, false])
        _ = fleet.state.heard(report(), from: addresses[0], at: fleet.now)
        let ticket = try fleet.wait(TestFleet.request())
        _ = fleet.state.heard(report(), from: addresses[1], at: fleet.now)
        #expect(fleet.answers()[ticket]?.worker == addresses[1])
        #expect(fleet.state.isComplete)
        fleet.finish(placement)
        #expect(fleet.state.workers.map(\.address) == [addresses[1]])
        // A late word of it changes nothing.
        fleet.finish(placement)
        _ = fleet.state.heard(report(), from: addresses[0], at: fleet.now)
        #expect(fleet.state.workers.map(\.inFlight) == [1])
    }

    @Test func aWorkerThatComesBackKeepsItsCount() throws {
        var fleet = TestFleet(1)
        let placement = try fleet.place(TestFleet.request())
        fleet.state.follow([], at: fleet.now)
        fleet.state.follow(fleet.addresses, at: fleet.now)
        #expect(fleet.state.workers.map(\.inFlight) == [1])
        fleet.hear(0)
        fleet.finish(placement)
        #expect(fleet.state.workers.map(\.inFlight) == [0])
    }

    @Test func aWorkerThatJoinsWarmsUp() throws {
        var fleet = TestFleet(1, places: 8)
        let newcomer = WorkerAddress(rawValue: "new:1")
        fleet.time.advance(by: .seconds(20))
        fleet.hear(0)
        fleet.state.follow(fleet.addresses + [newcomer], at: fleet.now)
        _ = fleet.state.heard(
            WorkerReport(instance: 7, maxRunning: 8, models: [TestFleet.model]), from: newcomer, at: fleet.now)
        let worker = try #require(fleet.state.workers.last)
        #expect(worker.places(fleet.state.rules, at: fleet.now) == 1)
        fleet.time.advance(by: .seconds(5))
        #expect(worker.places(fleet.state.rules, at: fleet.now) == 4)
        fleet.time.advance(by: .seconds(5))
        #expect(worker.places(fleet.state.rules, at: fleet.now) == 8)
    }
}
