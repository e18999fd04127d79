// SPDX-License-Identifier: Apache-2.0

import OrchestratorScheduling

/// What became of the requests of one run, or of some of them.
struct Outcome {
    /// Milliseconds from arrival to the first token, the least first.
    private(set) var ttft: [Double] = []
    private var hits = 0
    private var blocks = 0
    private(set) var refused = 0
    private(set) var lost = 0
    private var served: [Int] = []
    private var rules: [WorkerChoice.Rule: Int] = [:]

    init() {}

    init(
        _ simulation: Simulation, from start: Double, to end: Double = .infinity,
        where isCounted: (SimulatedRequest) -> Bool = { _ in true }
    ) {
        for request in simulation.requests
        where request.arrival >= start && request.arrival < end && isCounted(request) {
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

    /// The requests of several runs as those of one.
    mutating func add(_ other: Outcome) {
        ttft = (ttft + other.ttft).sorted()
        hits += other.hits
        blocks += other.blocks
        refused += other.refused
        lost += other.lost
    }

    func quantile(_ share: Double) -> Double {
        ttft.isEmpty ? 0 : ttft[min(ttft.count - 1, Int(Double(ttft.count) * share))]
    }

    var hitShare: Double { Double(hits) / Double(max(1, blocks)) }

    static let header =
        "| workload | policy | offered/s | seed | TTFT p50 ms | p90 | p99 | hit | served by worker | refused | lost |\n"
        + "|---|---|---|---|---|---|---|---|---|---|---|"

    var row: String {
        let spread = served.isEmpty ? "" : "\(served.min() ?? 0)-\(served.max() ?? 0)"
        let counts = rules.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        return "\(one(quantile(0.5))) | \(one(quantile(0.9))) | \(one(quantile(0.99))) | "
            + "\(Int((hitShare * 100).rounded()))% | \(spread) | \(refused) | \(lost) |"
            + (counts.isEmpty ? "" : " \(counts)")
    }

    /// The time to the first token by the share of requests that had it by then, for a plot.
    func curve(_ name: String) -> Chart.Line {
        let shares = stride(from: 0.0, through: 0.99, by: 0.01) + [0.995, 0.999]
        return Chart.Line(
            name: "\(name), \(Int((hitShare * 100).rounded()))% found",
            points: shares.map { (x: $0 * 100, y: quantile($0)) })
    }
}

func one(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
}
