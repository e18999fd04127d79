// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit
import Testing

@testable import OrchestratorService

struct WorkerChoiceTests {
    private let time = ManualTime()
    private let addresses = ["a:1", "b:2", "c:3"].map(WorkerAddress.init(rawValue:))
    private let model = ServedModel(name: "m", kind: .chat, contextTokens: 2_048)

    private func fleet(_ count: Int = 2, slack: Int = 12) -> FleetRegistry {
        let fleet = FleetRegistry(
            FleetState(workers: Array(addresses.prefix(count)), slack: slack, affinityCapacity: 100), time: time)
        for (index, address) in addresses.prefix(count).enumerated() {
            fleet.heard(WorkerReport(instance: UInt64(index + 1), models: [model]), from: address)
        }
        return fleet
    }

    private func request(_ spread: UInt64 = 0, holder: PrefixHolder? = nil) -> WorkRequest {
        WorkRequest(model: "m", kind: .chat, holder: holder, spread: spread)
    }

    @Test func requestsSpreadByDepthEvenBeforeAnyReport() throws {
        let fleet = fleet()
        var counts: [WorkerAddress: Int] = [:]
        for number in 0..<20 { counts[try fleet.place(request(UInt64(number % 3))).worker, default: 0] += 1 }
        #expect(counts == [addresses[0]: 10, addresses[1]: 10])
    }

    @Test func tiesAreBrokenAlikeEverywhere() throws {
        let one = fleet(3)
        let other = fleet(3)
        for spread in 0..<50 as Range<UInt64> {
            let first = try one.place(request(spread))
            let second = try other.place(request(spread))
            #expect(first == second)
            one.finished(first, .served)
            other.finished(second, .served)
        }
    }

    /// Goal: a conversation stays where its prefix is, also while eight others run there.
    @Test func theHolderIsPreferredUnlessItIsFarDeeper() throws {
        let fleet = fleet()
        let holder = PrefixHolder(worker: addresses[1], instance: 2)
        for _ in 0..<8 { _ = try fleet.place(request(holder: holder)) }
        let placed = try fleet.place(request(holder: holder))
        #expect(placed.worker == addresses[1] && placed.rule == .holder)
        for _ in 0..<4 { _ = try fleet.place(request(holder: holder)) }
        #expect(try fleet.place(request(holder: holder)).worker == addresses[0])
    }

    @Test func aRestartedHolderHoldsNothing() throws {
        let fleet = fleet()
        let stale = PrefixHolder(worker: addresses[0], instance: 99)
        #expect(try fleet.place(request(holder: stale)).rule == .least)
    }

    @Test func drainingExcludedAndSilentWorkersAreLeftOut() throws {
        let fleet = fleet(3)
        fleet.heard(WorkerReport(instance: 1, isDraining: true, models: [model]), from: addresses[0])
        fleet.lost(addresses[1])
        var request = request()
        #expect(try fleet.place(request).worker == addresses[2])
        request.excluded = [addresses[2]]
        #expect(throws: PlacementRefusal.noneReady) { try fleet.place(request) }
        let decision = fleet.explain(request)
        #expect(
            decision.filtered == [
                addresses[0]: "draining", addresses[1]: "not_ready", addresses[2]: "failed_before",
            ])
        time.advance(by: .seconds(11))
        #expect(fleet.explain(self.request()).filtered[addresses[2]] == "not_ready")
    }

    @Test func anUnknownModelIsToldFromOneThatIsNotReady() {
        let fleet = fleet()
        #expect(throws: PlacementRefusal.unknownModel) {
            try fleet.place(WorkRequest(model: "x", kind: .chat, spread: 0))
        }
        #expect(throws: PlacementRefusal.unknownModel) {
            try fleet.place(WorkRequest(model: "m", kind: .embedding, spread: 0))
        }
        for address in addresses.prefix(2) { fleet.lost(address) }
        #expect(throws: PlacementRefusal.noneReady) { try fleet.place(request()) }
    }

    @Test func reportsAreCorrectedByOurOwnCalls() throws {
        var record = WorkerRecord(address: addresses[0])
        record.heard(WorkerReport(instance: 1, waiting: 2, running: 3, models: [model]), at: time.now())
        #expect(record.depth == 5)
        record.dispatched()
        #expect(record.depth == 6)
        record.finished(.served, at: time.now())
        #expect(record.depth == 5)
        // A report that crossed our call on the way must not make the worker look idle.
        record.dispatched()
        record.heard(WorkerReport(instance: 1, models: [model]), at: time.now())
        #expect(record.depth == 1)
    }

    @Test func threeFaultsInARowPutAWorkerAside() {
        var record = WorkerRecord(address: addresses[0])
        record.heard(WorkerReport(instance: 1, models: [model]), at: time.now())
        for _ in 0..<3 {
            record.dispatched()
            record.finished(.fault, at: time.now())
        }
        #expect(record.isEjected(at: time.now()))
        time.advance(by: .seconds(4))
        #expect(!record.isEjected(at: time.now()))
    }

    @Test func manyWorkersAreComparedInPairs() throws {
        let many = (0..<40).map { WorkerAddress(rawValue: "w:\($0)") }
        let fleet = FleetRegistry(FleetState(workers: many, slack: 12, affinityCapacity: 10), time: time)
        for address in many {
            fleet.heard(WorkerReport(instance: 1, models: [model]), from: address)
        }
        var counts: [WorkerAddress: Int] = [:]
        for spread in 0..<400 as Range<UInt64> {
            counts[try fleet.place(request(spread)).worker, default: 0] += 1
        }
        #expect(counts.count == 40)
        #expect((counts.values.max() ?? 0) <= 15)
    }

    @Test func theAffinityMapForgetsWhatIsOldest() {
        var map = AffinityMap(capacity: 10)
        let holder = PrefixHolder(worker: addresses[0], instance: 1)
        for key in 0..<100 as Range<UInt64> { map.record(holder, of: key) }
        #expect(map.count <= 20)
        let (newest, oldest) = (map.holder(of: 99), map.holder(of: 0))
        #expect(newest == holder && oldest == nil)
    }
}
