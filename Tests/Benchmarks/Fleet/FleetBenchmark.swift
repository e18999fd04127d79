// SPDX-License-Identifier: Apache-2.0

import Glibc
import OrchestratorScheduling
import Primitives

func logarithm(_ value: Double) -> Double { log(value) }

/// `make simulate`: the orchestrator's scheduler against simulated workers, beside simpler policies.
/// `fleet-benchmark decisions` measures what one decision costs.
@main
struct FleetBenchmark {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let seeds = value("--seeds", arguments).flatMap(UInt64.init) ?? 3
        switch arguments.first {
        case "decisions": DecisionCost.measure()
        case "groups": Tables.groups(seeds: seeds)
        case "flood": Tables.flood(seeds: seeds)
        case "scale": Tables.scale(workers: value("--workers", arguments).flatMap(Int.init) ?? 1_000)
        default:
            DecisionCost.measure()
            Tables.groups(seeds: seeds)
            Tables.others(seeds: seeds)
            Tables.flood(seeds: seeds)
            Tables.scale(workers: value("--workers", arguments).flatMap(Int.init) ?? 1_000)
        }
    }

    private static func value(_ name: String, _ arguments: [String]) -> String? {
        arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
    }
}
