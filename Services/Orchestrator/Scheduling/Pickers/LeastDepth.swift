// SPDX-License-Identifier: Apache-2.0

/// Picks the worker with the least cost; ties go by rendezvous hash of the request's prefix.
///
/// Rendezvous: every worker's name is hashed with the prefix and the highest wins, so several orchestrators agree
/// without talking, and a worker that leaves moves only its own share. Beyond `maxCompared` workers the least of two
/// that the hash names is taken instead of the least of all: with many orchestrators and reports of different ages,
/// the global least would be everybody's choice at once.
package struct LeastDepth: Sendable {
    package static let maxCompared = 16
    package init() {}

    package func pick(_ candidates: [WorkerChoice.Candidate], for request: WorkRequest) -> WorkerChoice.Candidate? {
        candidates.count > Self.maxCompared
            ? leastOfTwo(candidates, for: request) : least(candidates, for: request)
    }

    private func least(_ candidates: [WorkerChoice.Candidate], for request: WorkRequest) -> WorkerChoice.Candidate? {
        candidates.min { a, b in
            a.cost != b.cost ? a.cost < b.cost : weight(of: a, for: request) > weight(of: b, for: request)
        }
    }

    private func leastOfTwo(
        _ candidates: [WorkerChoice.Candidate], for request: WorkRequest
    ) -> WorkerChoice.Candidate? {
        var first: (candidate: WorkerChoice.Candidate, weight: UInt64)?
        var second: (candidate: WorkerChoice.Candidate, weight: UInt64)?
        for candidate in candidates {
            let weight = weight(of: candidate, for: request)
            if first.map({ weight > $0.weight }) ?? true {
                second = first
                first = (candidate, weight)
            } else if second.map({ weight > $0.weight }) ?? true {
                second = (candidate, weight)
            }
        }
        guard let first, let second else { return first?.candidate }
        return second.candidate.cost < first.candidate.cost ? second.candidate : first.candidate
    }

    private func weight(of candidate: WorkerChoice.Candidate, for request: WorkRequest) -> UInt64 {
        // The finaliser of splitmix64: every bit of both inputs moves every bit of the weight.
        var z = candidate.nameHash ^ request.spread
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
