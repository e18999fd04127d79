// SPDX-License-Identifier: Apache-2.0

import OrchestratorScheduling

/// The simulated comparisons, as Markdown tables and plots.
struct Tables {
    var seeds: UInt64 = 3
    /// Where plots go.
    var folder = "."

    /// Every policy on one workload, with each seed; the plot is of all seeds together.
    func compare(_ scenario: Scenario, workers: Int, seeds: UInt64, policies: [Policy] = Policy.allCases) {
        var chart = Chart(
            title: "\(scenario.name), \(workers) workers, \(Int(scenario.rate * Double(workers))) requests/s",
            across: "share of requests, %", upward: "time to the first token, ms")
        for policy in policies {
            var all = Outcome()
            for seed in 1...seeds {
                let outcome = Outcome(scenario.run(policy, workers: workers, seed: seed), from: scenario.from)
                let rate = Int(scenario.rate * Double(workers))
                print("| \(scenario.name) | \(policy.rawValue) | \(rate) | \(seed) | \(outcome.row)")
                all.add(outcome)
            }
            chart.lines.append(all.curve(policy.rawValue))
        }
        let name = scenario.name.replacing(" ", with: "-")
        chart.write(to: folder, as: "\(name)-\(workers)-workers-\(Int(scenario.rate * Double(workers)))")
    }

    func groups() {
        print("\n## 4 workers, 64 groups of 16 KiB and 1 KiB of their own, no cache events\n")
        for rate in [15, 27.5] {
            print("\n" + Outcome.header)
            var scenario = Scenario.groups
            scenario.rate = rate
            compare(scenario, workers: 4, seeds: seeds)
        }
    }

    func others() {
        print("\n## Other workloads, 4 workers")
        for scenario in Scenario.all.dropFirst() {
            print("\n" + Outcome.header)
            compare(scenario, workers: 4, seeds: seeds)
        }
    }

    /// The same at the size of a fleet.
    func fleet(workers: Int) {
        print("\n## \(workers) workers, \(workers * 16) groups")
        for scenario in Scenario.all {
            print("\n" + Outcome.header)
            compare(scenario.shortened(to: 15, from: 5), workers: workers, seeds: 1)
        }
    }

    /// More workers than one compares, and more prefixes than the index's default room had.
    func scale(workers: Int) {
        print("\n## \(workers) workers, \(workers * 16) groups\n\n\(Outcome.header)")
        var scenario = Scenario.groups.shortened(to: 12, from: 4)
        scenario.rate = 27
        compare(scenario, workers: workers, seeds: 1)
    }

    /// A workload that was recorded.
    func replay(_ requests: [SimulatedRequest], of name: String, workers: Int) {
        let seconds = max(1, requests.last?.arrival ?? 1)
        print("\n## \(name): \(requests.count) requests in \(Int(seconds)) s, \(workers) workers\n\n\(Outcome.header)")
        var chart = Chart(
            title: "\(name), \(workers) workers", across: "share of requests, %", upward: "time to the first token, ms")
        for policy in Policy.allCases {
            let models = Array(repeating: WorkerModel(), count: workers)
            let outcome = Outcome(Simulation.run(policy, models, requests, seed: 1), from: 0)
            print("| \(name) | \(policy.rawValue) | \(Int(Double(requests.count) / seconds)) | 1 | \(outcome.row)")
            chart.lines.append(outcome.curve(policy.rawValue))
        }
        chart.write(to: folder, as: "trace")
    }
}
