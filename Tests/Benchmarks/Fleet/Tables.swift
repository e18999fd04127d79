// SPDX-License-Identifier: Apache-2.0

import Glibc
import OrchestratorScheduling

/// The simulated comparisons, as Markdown tables.
enum Tables {
    struct Outcome {
        var ttft: [Double] = []
        var hits = 0
        var blocks = 0
        var refused = 0
        var lost = 0
        var served: [Int] = []
        var rules: [WorkerChoice.Rule: Int] = [:]

        init(_ simulation: Simulation, from start: Double, where isCounted: (SimulatedRequest) -> Bool = { _ in true })
        {
            for request in simulation.requests where request.arrival >= start && isCounted(request) {
                if request.isRefused { refused += 1 } else if request.firstToken < 0 { lost += 1 }
                guard request.firstToken >= 0 else { continue }
                ttft.append(request.ttft * 1_000)
                hits += request.hits
                blocks += request.blocks.count
            }
            ttft.sort()
            served = simulation.servedByWorker
            rules = simulation.rules
        }

        func quantile(_ share: Double) -> Double {
            ttft.isEmpty ? 0 : ttft[min(ttft.count - 1, Int(Double(ttft.count) * share))]
        }
        var hitShare: Double { Double(hits) / Double(max(1, blocks)) }
        var row: String {
            let spread = served.isEmpty ? "" : "\(served.min() ?? 0)-\(served.max() ?? 0)"
            return "\(one(quantile(0.5))) | \(one(quantile(0.9))) | \(one(quantile(0.99))) | "
                + "\(Int((hitShare * 100).rounded()))% | \(spread) | \(refused) | \(lost)"
                + (rules.isEmpty ? "" : " \(rules.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "))")
        }
    }

    static let header =
        "| workload | policy | offered/s | seed | TTFT p50 ms | p90 | p99 | hit | served by worker | refused | lost |\n"
        + "|---|---|---|---|---|---|---|---|---|---|---|"

    static func groups(seeds: UInt64) {
        print("\n## 4 workers, 64 groups of 16 KiB and 1 KiB of their own, no cache events\n\n\(header)")
        for rate in [60.0, 110] {
            for seed in 1...seeds {
                for policy in Policy.allCases {
                    let run = simulate(.groups, policy, rate: rate, seconds: 36, seed: seed)
                    print("| groups | \(policy.rawValue) | \(Int(rate)) | \(seed) | \(Outcome(run, from: 6).row) |")
                }
            }
        }
    }

    static func others(seeds: UInt64) {
        print("\n## Other workloads\n\n\(header)")
        for policy in Policy.allCases {
            let bursts = simulate(.bursts, policy, rate: 70, seconds: 60, seed: 1)
            print("| bursts | \(policy.rawValue) | 56-140 | 1 | \(Outcome(bursts, from: 6).row) |")
            let chat = simulate(.chat, policy, rate: 100, seconds: 60, seed: 1)
            print("| chat | \(policy.rawValue) | 100 | 1 | \(Outcome(chat, from: 6).row) |")
            var mixed = Array(repeating: WorkerModel(reports: true), count: 4)
            for index in 2..<4 {
                mixed[index].blockSeconds *= 4
                mixed[index].stepSeconds *= 3
            }
            let slow = simulate(.groups, policy, rate: 60, seconds: 36, seed: 1, models: mixed)
            print("| 2 fast, 2 slow | \(policy.rawValue) | 60 | 1 | \(Outcome(slow, from: 6).row) |")
            let failing = simulate(
                .groups, policy, rate: 80, seconds: 36, seed: 1, failures: [(10, 0), (15, 1), (20, 2), (25, 3)])
            print("| a death every 5 s | \(policy.rawValue) | 80 | 1 | \(Outcome(failing, from: 6).row) |")
        }
    }

    /// Goal: a tenant that sends ten times its share moves the others' TTFT p95 by less than a fifth.
    static func flood(seeds: UInt64) {
        print("\n## Eight tenants at 80 % of capacity; one sends ten times its share\n")
        print("| policy | seed | others' p95 ms, calm | with the flood | moved | the flooder's p95 | refused |")
        print("|---|---|---|---|---|---|---|")
        for seed in 1...seeds {
            for policy in [Policy.leastDepth, .prefixHash, .ours] {
                // 16 places of 75 ms each with a hit: 213 requests a second.
                let calm = simulate(.calm, policy, rate: 170, seconds: 60, seed: seed)
                let loud = simulate(.flood, policy, rate: 170, seconds: 60, seed: seed)
                let before = Outcome(calm, from: 25) { $0.tenant != 1 }.quantile(0.95)
                let after = Outcome(loud, from: 25) { $0.tenant != 1 }.quantile(0.95)
                let flooder = Outcome(loud, from: 25) { $0.tenant == 1 }
                print(
                    "| \(policy.rawValue) | \(seed) | \(one(before)) | \(one(after)) | "
                        + "\(Int(((after / before - 1) * 100).rounded()))% | \(one(flooder.quantile(0.95))) | "
                        + "\(flooder.refused) |")
            }
        }
    }

    static func scale(workers: Int) {
        print("\n## \(workers) workers, \(workers * 16) groups\n\n\(header)")
        for policy in [Policy.random, .twoChoices, .prefixHash, .ours] {
            let rate = Double(workers) * 27
            let run = simulate(
                .groups, policy, rate: rate, seconds: 12, seed: 1,
                models: Array(repeating: WorkerModel(), count: workers))
            print("| groups | \(policy.rawValue) | \(Int(rate)) | 1 | \(Outcome(run, from: 4).row) |")
        }
    }

    /// Rules to try, as `FLEET_patience=4`.
    static var rules: SchedulingRules {
        var rules = SchedulingRules()
        func number(_ name: String) -> Double? { getenv("FLEET_" + name).flatMap { Double(String(cString: $0)) } }
        if let value = number("patience") { rules.patience = value }
        if let value = number("heatShare") { rules.heatShare = value }
        if let value = number("tieShare") { rules.tieShare = value }
        if let value = number("tolerated") { rules.toleratedTTFT = .milliseconds(Int64(value)) }
        if let value = number("exploration") { rules.explorationPerMille = UInt64(value) }
        if let value = number("workerQueue") { rules.workerQueue = Int(value) }
        if let value = number("quantum") { rules.quantum = Int(value) }
        return rules
    }

    private static func simulate(
        _ workload: Workload, _ policy: Policy, rate: Double, seconds: Double, seed: UInt64,
        models: [WorkerModel] = Array(repeating: WorkerModel(), count: 4), failures: [(Double, Int)] = []
    ) -> Simulation {
        var simulation = Simulation(
            policy: policy, models: models,
            requests: workload.requests(rate: rate, seconds: seconds, workers: models.count, seed: seed),
            failures: failures, rules: rules, seed: seed)
        simulation.run()
        return simulation
    }
}

func one(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
}
