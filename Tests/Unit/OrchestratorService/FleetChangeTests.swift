// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorService

/// Goal: the fleet is that of the addresses there are, and no call is counted twice when one goes and comes back.
struct FleetChangeTests {
    private let addresses = ["a:1", "b:2"].map(WorkerAddress.init(rawValue:))
    private let model = ServedModel(name: "m", kind: .chat, contextTokens: 2_048)
    private let work = WorkRequest(model: "m", kind: .chat, spread: 0)
    private let fleet = FleetRegistry(FleetState(workers: [], slack: 1, affinityCapacity: 10), time: ManualTime())

    private func hear(_ address: WorkerAddress) {
        fleet.heard(WorkerReport(instance: 1, models: [model]), from: address)
    }

    @Test func workersComeAndGo() throws {
        #expect(!fleet.isComplete, "an empty list says nothing")
        fleet.follow(addresses)
        #expect(fleet.workers.map(\.address) == addresses)
        hear(addresses[0])
        #expect(!fleet.isComplete)
        let placement = try fleet.place(work)
        fleet.follow([addresses[1]])
        // It has a call of ours: it stays to be counted, and takes no more.
        #expect(fleet.workers.map(\.isLeaving) == [true, false])
        hear(addresses[0])
        #expect(throws: PlacementRefusal.noneReady) { try fleet.place(work) }
        hear(addresses[1])
        #expect(fleet.isComplete)
        fleet.finished(placement, .served)
        #expect(fleet.workers.map(\.address) == [addresses[1]])
        #expect(try fleet.place(work).worker == addresses[1])
        // A late word of it changes nothing.
        fleet.finished(placement, .served)
        hear(addresses[0])
        #expect(fleet.workers.map(\.inFlight) == [1])
    }

    @Test func aWorkerThatComesBackKeepsItsCount() throws {
        fleet.follow([addresses[0]])
        hear(addresses[0])
        let placement = try fleet.place(work)
        fleet.follow([])
        fleet.follow([addresses[0]])
        #expect(fleet.workers.map(\.inFlight) == [1])
        hear(addresses[0])
        fleet.finished(placement, .served)
        #expect(fleet.workers.map(\.inFlight) == [0])
    }
}
