// SPDX-License-Identifier: Apache-2.0

import Glibc
import OrchestratorScheduling
import Primitives

/// What a request costs the orchestrator's scheduler: placing it, hearing of its first token and its end.
enum DecisionCost {
    static func measure() {
        print("\n## A decision\n")
        print("| workers | prompt KiB | decision p50 us | p99 us | mean us of a whole request |")
        print("|---|---|---|---|---|")
        for workers in [4, 100, 1_000] {
            for blocks in [0, 68, 400] { print(row(workers: workers, blocks: blocks)) }
        }
    }

    private static func processorTime() -> UInt64 {
        var t = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t)
        return UInt64(t.tv_sec) * 1_000_000_000 + UInt64(t.tv_nsec)
    }

    private static func row(workers: Int, blocks: Int) -> String {
        let addresses = (0..<workers).map { WorkerAddress(rawValue: "w\($0):1") }
        var fleet = FleetState(workers: addresses)
        // The fleet's time stands nearly still, so that nobody falls silent; ours is this thread's processor time.
        var time = MonotonicInstant(nanoseconds: 1_000_000_000)
        for (index, address) in addresses.enumerated() {
            _ = fleet.heard(
                WorkerReport(
                    instance: UInt64(index + 1), maxRunning: 16, prefillTokensPerSecond: 20_000,
                    stepMicroseconds: [10_000, 10_500, 11_000, 12_000, 15_000],
                    models: [ServedModel(name: "m", kind: .chat, contextTokens: 32_768)]),
                from: address, at: time)
        }
        var dice = Dice(1)
        let groups = (0..<max(8, 8 * workers)).map { chain(UInt64($0) + 1, max(0, blocks - 4)) }
        var running: [Placement] = []
        var samples: [Double] = []
        var spent: UInt64 = 0
        let count = 20_000
        for number in 0..<2 * count {
            let group = groups[dice.below(groups.count)]
            let request = WorkRequest(
                model: "m", kind: .chat, blocks: blocks > 0 ? chain(dice.next(), 4, after: group) : [],
                spread: group.count > 3 ? group[3] : dice.next(), promptTokens: blocks * 64, draw: dice.next())
            time = time + .microseconds(20)
            let start = processorTime()
            let submission = try? fleet.submit(request, at: time)
            let decided = processorTime()
            if case .placed(let placement) = submission {
                _ = fleet.firstToken(placement, at: time)
                running.append(placement)
            } else if case .waits(let ticket) = submission {
                fleet.cancel(ticket)
            }
            // Half of the places are taken all the time.
            if running.count > workers * 8 {
                running.swapAt(dice.below(running.count), running.count - 1)
                fleet.finished(running.removeLast(), .served, produced: 100, at: time)
            }
            _ = fleet.takeAnswers()
            guard number >= count else { continue }
            samples.append(Double(decided - start) / 1_000)
            spent += processorTime() - start
        }
        samples.sort()
        return "| \(workers) | \(blocks / 4) | \(one(samples[count / 2])) | \(one(samples[count * 99 / 100])) | "
            + "\(one(Double(spent) / Double(count) / 1_000)) |"
    }
}
