// SPDX-License-Identifier: Apache-2.0

import Metrics
import OrchestratorScheduling
import Primitives

/// What the fleet's decisions look like from outside. Every label has a closed vocabulary: classes, rules and outcomes,
/// never a tenant, and of workers only the addresses that the settings name.
final class FleetMetrics: Sendable {
    private let queueWait: [Timer]
    private let placements: [WorkerChoice.Rule: Counter]
    private let outcomes: [String: Counter]
    private let refusals: [String: Counter]
    private let promptTokens = Counter(label: "fleet_prompt_tokens_total")
    private let cachedTokens = Counter(label: "fleet_cached_tokens_total")
    private let kept: [Counter]
    private let missed: [Counter]
    private let decision = Timer(label: "fleet_decision_seconds")
    private let waiting: [Gauge]
    private let gap: [Gauge]
    private let indexed = Gauge(label: "fleet_indexed_blocks")

    init() {
        let classes = ServiceClass.allCases.map { ("class", $0.word) }
        queueWait = classes.map { Timer(label: "fleet_queue_wait_seconds", dimensions: [$0]) }
        kept = classes.map { Counter(label: "fleet_first_tokens_total", dimensions: [$0, ("target", "kept")]) }
        missed = classes.map { Counter(label: "fleet_first_tokens_total", dimensions: [$0, ("target", "missed")]) }
        waiting = classes.map { Gauge(label: "fleet_waiting_requests", dimensions: [$0]) }
        gap = classes.map { Gauge(label: "fleet_fairness_gap_tokens", dimensions: [$0]) }
        placements = Dictionary(
            uniqueKeysWithValues: WorkerChoice.Rule.allCases.map {
                ($0, Counter(label: "fleet_placements_total", dimensions: [("rule", $0.rawValue)]))
            })
        outcomes = Dictionary(
            uniqueKeysWithValues: WorkOutcome.allCases.map {
                ($0.rawValue, Counter(label: "fleet_outcomes_total", dimensions: [("outcome", $0.rawValue)]))
            })
        refusals = Dictionary(
            uniqueKeysWithValues: PlacementRefusal.words.map {
                ($0, Counter(label: "fleet_refusals_total", dimensions: [("reason", $0)]))
            })
    }

    func placed(_ placement: Placement, decision took: Duration?) {
        queueWait[placement.serviceClass.rawValue].recordNanoseconds(placement.waited.nanoseconds)
        placements[placement.rule]?.increment()
        if let took { decision.recordNanoseconds(took.nanoseconds) }
    }

    func refused(_ refusal: PlacementRefusal, _ serviceClass: ServiceClass) {
        refusals[refusal.word]?.increment()
    }

    func began(_ first: FirstToken) {
        promptTokens.increment(by: first.promptTokens)
        cachedTokens.increment(by: first.cachedTokens)
        (first.keptTarget ? kept : missed)[first.serviceClass.rawValue].increment()
    }

    func finished(_ outcome: WorkOutcome) { outcomes[outcome.rawValue]?.increment() }

    func measure(_ gauges: FleetGauges) {
        for serviceClass in ServiceClass.allCases.indices {
            waiting[serviceClass].record(gauges.waiting[serviceClass])
            gap[serviceClass].record(gauges.gap[serviceClass])
        }
        indexed.record(gauges.indexedBlocks)
        for worker in gauges.workers {
            let dimensions = [("worker", worker.address.rawValue)]
            Gauge(label: "fleet_uncached_tokens", dimensions: dimensions).record(worker.uncachedTokens)
            Gauge(label: "fleet_decoding_streams", dimensions: dimensions).record(worker.decoding)
        }
    }
}

extension PlacementRefusal {
    static let words = ["unknown_model", "none_ready", "overloaded"]

    var word: String {
        switch self {
        case .unknownModel: "unknown_model"
        case .noneReady: "none_ready"
        case .overloaded: "overloaded"
        }
    }
}
