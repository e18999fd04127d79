// SPDX-License-Identifier: Apache-2.0

import Primitives
import TestKit

@testable import OrchestratorScheduling

/// A fleet of equal workers and a clock: what tests of the scheduler begin with.
struct TestFleet {
    static let model = ServedModel(name: "m", kind: .chat, contextTokens: 32_768)
    let time = ManualTime()
    let addresses: [WorkerAddress]
    let rules: SchedulingRules
    var state: FleetState

    init(_ count: Int = 2, places: UInt32 = 8, rules: SchedulingRules = SchedulingRules()) {
        addresses = (0..<count).map { WorkerAddress(rawValue: "w\($0):1") }
        self.rules = rules
        state = FleetState(workers: addresses, rules: rules)
        for index in 0..<count { hear(index, maxRunning: places) }
    }

    var now: MonotonicInstant { time.now() }

    @discardableResult
    mutating func hear(
        _ index: Int, instance: UInt64? = nil, sequence: UInt64 = 0, running: UInt32 = 0, maxRunning: UInt32 = 8,
        isDraining: Bool = false, isSilentOfItsPace: Bool = false, inserted: [UInt64] = [], evicted: [UInt64] = []
    ) -> FleetState.Heard {
        state.heard(
            WorkerReport(
                instance: instance ?? UInt64(index + 1), sequence: sequence, running: running, maxRunning: maxRunning,
                prefillTokensPerSecond: isSilentOfItsPace ? 0 : 10_000,
                stepMicroseconds: isSilentOfItsPace ? [] : [10_000, 10_000, 10_000, 10_000],
                isDraining: isDraining, models: [Self.model], insertedBlocks: inserted, evictedBlocks: evicted),
            from: addresses[index], at: now)
    }

    /// A request of `count` blocks that are named for `prefix`, the last `own` for the request itself by `salt`.
    static func request(
        _ prefix: UInt64 = 0, blocks count: Int = 0, own: Int = 0, salt: UInt64 = 0, tenant: UInt64 = 0,
        serviceClass: ServiceClass = .standard
    ) -> WorkRequest {
        let blocks = (0..<count).map { index in
            let name = index < count - own ? prefix : (prefix &* 7_919) ^ (salt &+ 1) << 32
            return Rendezvous.weight(name, UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
        }
        return WorkRequest(
            model: "m", kind: .chat, blocks: blocks, spread: prefix, promptTokens: count * 64, tenant: tenant,
            serviceClass: serviceClass)
    }

    mutating func place(_ request: WorkRequest) throws -> Placement {
        guard case .placed(let placement) = try state.submit(request, at: now) else { throw Waits() }
        return placement
    }

    mutating func wait(_ request: WorkRequest) throws -> UInt64 {
        guard case .waits(let ticket) = try state.submit(request, at: now) else { throw IsPlaced() }
        return ticket
    }

    /// Ends a call and says who got its place.
    @discardableResult
    mutating func finish(_ placement: Placement, _ outcome: WorkOutcome = .served) -> [UInt64: Placement] {
        state.finished(placement, outcome, at: now)
        return answers()
    }

    mutating func answers() -> [UInt64: Placement] {
        var placed: [UInt64: Placement] = [:]
        for (ticket, answer) in state.takeAnswers() { placed[ticket] = try? answer.get() }
        return placed
    }

    struct Waits: Error {}
    struct IsPlaced: Error {}
}
