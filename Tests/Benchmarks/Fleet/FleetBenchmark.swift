// SPDX-License-Identifier: Apache-2.0

import Glibc
import OrchestratorScheduling
import Primitives

func logarithm(_ value: Double) -> Double { log(value) }

/// `make simulate`: the orchestrator's scheduler against simulated workers, beside simpler policies.
///
///     fleet-benchmark [decisions | groups | others | flood | fleet | scale] [--seeds 3] [--workers N] [--plots FOLDER]
///     fleet-benchmark record WORKLOAD --trace FILE [--workers 4] [--rate R] [--seconds S] [--seeds SEED]
///     fleet-benchmark replay --trace FILE [--workers 4] [--speed 1]
@main
struct FleetBenchmark {
    private let arguments = Array(CommandLine.arguments.dropFirst())

    static func main() { FleetBenchmark().run() }

    private func run() {
        let folder = value("--plots") ?? "."
        let seeds = value("--seeds").flatMap(UInt64.init) ?? 3
        // One seed differs from the next by more here than elsewhere.
        let floodSeeds = value("--seeds").flatMap(UInt64.init) ?? 6
        let workers = value("--workers").flatMap(Int.init)
        let tables = Tables(seeds: max(1, seeds), folder: folder)
        switch arguments.first {
        case "decisions": DecisionCost.measure()
        case "groups": tables.groups()
        case "others": tables.others()
        case "flood": Flood(seeds: max(1, floodSeeds), folder: folder, workers: workers ?? 4).table()
        case "fleet": tables.fleet(workers: workers ?? 256)
        case "scale": tables.scale(workers: workers ?? 1_000)
        case "record": record(workers ?? 4, seed: value("--seeds").flatMap(UInt64.init) ?? 1)
        case "replay": replay(tables, workers ?? 4)
        default:
            DecisionCost.measure()
            tables.groups()
            tables.others()
            Flood(seeds: max(1, floodSeeds), folder: folder).table()
            tables.fleet(workers: 256)
            tables.scale(workers: workers ?? 1_000)
        }
    }

    private func record(_ workers: Int, seed: UInt64) {
        guard let workload = arguments.dropFirst().first.flatMap(Workload.init), let path = value("--trace") else {
            return fail("record: which of \(Workload.allCases.map(\.rawValue)), and --trace FILE")
        }
        let requests = workload.requests(
            rate: value("--rate").flatMap(Double.init) ?? 20 * Double(workers),
            seconds: value("--seconds").flatMap(Double.init) ?? 36, workers: workers, seed: seed)
        guard Trace.write(requests, to: path) else { return fail("record: cannot write \(path)") }
        print("\(requests.count) requests in \(path)")
    }

    private func replay(_ tables: Tables, _ workers: Int) {
        guard let path = value("--trace"),
            let requests = Trace.read(path, speed: value("--speed").flatMap(Double.init) ?? 1), !requests.isEmpty
        else { return fail("replay: --trace FILE, with a request in each line") }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        tables.replay(requests, of: name, workers: workers)
    }

    private func fail(_ text: String) {
        print(text)
        exit(2)
    }

    private func value(_ name: String) -> String? {
        arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
    }
}
