// SPDX-License-Identifier: Apache-2.0

/// Eight tenants at four fifths of what the fleet can do; from a third of the time on one sends ten times its share.
///
/// Goal: the others' TTFT p95 moves by less than a fifth. It is taken over all requests of the seven that arrive from
/// five seconds after the flood began, and compared with the same seconds of a run of the same seed in which nobody
/// floods. The others' arrivals are as many in both; the flood comes on top.
struct Flood {
    private static let flooder: UInt64 = 1
    private static let seconds = 60.0
    /// 4 places of 75 ms each with a hit: 53 requests a second and worker.
    private static let rate = 42.5

    var seeds: UInt64
    var folder: String
    var workers = 4

    func table() {
        print("\n## Eight tenants at 80 % of \(workers) workers; one sends ten times its share\n")
        print(
            "| policy | seed | others' p95 ms, calm | with the flood | moved | others' hits, calm | flood |",
            terminator: "")
        print(" the flooder's served/s | refused |\n|---|---|---|---|---|---|---|---|---|")
        var chart = Chart(
            title: "Others' p95 while one of eight tenants sends ten times its share from the 20th second on",
            across: "seconds", upward: "time to the first token, ms")
        for policy in [Policy.leastDepth, .prefixHash, .ours] {
            var (calm, loud) = (Outcome(), Outcome())
            for seed in 1...seeds {
                let runs = (run(.calm, policy, seed), run(.flood, policy, seed))
                let (before, after) = (others(runs.0), others(runs.1))
                print("| \(policy.rawValue) | \(seed) | \(row(before, after)) | \(flooder(runs.1)) |")
                calm.add(before)
                loud.add(after)
                if seed == 1 {
                    chart.lines.append(over(time: runs.0, policy.rawValue + ", calm"))
                    chart.lines.append(over(time: runs.1, policy.rawValue + ", flood"))
                }
            }
            print("| \(policy.rawValue) | all | \(row(calm, loud)) | | |")
        }
        chart.write(to: folder, as: "flood-\(workers)-workers")
    }

    private func run(_ workload: Workload, _ policy: Policy, _ seed: UInt64) -> Simulation {
        Simulation.run(
            policy, Array(repeating: WorkerModel(), count: workers),
            workload.requests(
                rate: Self.rate * Double(workers), seconds: Self.seconds, workers: workers, seed: seed), seed: seed)
    }

    private func others(_ simulation: Simulation) -> Outcome {
        Outcome(simulation, from: Self.seconds / 3 + 5) { $0.tenant != Self.flooder }
    }

    private func row(_ before: Outcome, _ after: Outcome) -> String {
        let (calm, loud) = (before.quantile(0.95), after.quantile(0.95))
        return "\(one(calm)) | \(one(loud)) | \(Int(((loud / calm - 1) * 100).rounded()))% | "
            + "\(Int((before.hitShare * 100).rounded()))% | \(Int((after.hitShare * 100).rounded()))%"
    }

    private func flooder(_ simulation: Simulation) -> String {
        let own = simulation.requests.filter { $0.tenant == Self.flooder }
        let served = own.count { $0.firstToken >= Self.seconds / 3 + 5 && $0.firstToken < Self.seconds }
        return "\(Int(Double(served) / (Self.seconds * 2 / 3 - 5))) | \(own.count { $0.isRefused })"
    }

    private func over(time simulation: Simulation, _ name: String) -> Chart.Line {
        let points = stride(from: 4.0, to: Self.seconds, by: 2).map { start in
            let window = Outcome(simulation, from: start, to: start + 2) { $0.tenant != Self.flooder }
            return (x: start + 1, y: window.quantile(0.95))
        }
        return Chart.Line(name: name, points: points)
    }
}
