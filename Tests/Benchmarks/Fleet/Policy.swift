// SPDX-License-Identifier: Apache-2.0

import OrchestratorScheduling

/// How a request finds its worker.
enum Policy: String, CaseIterable {
    case roundRobin = "round robin"
    case random
    case twoChoices = "two choices"
    case leastDepth = "least depth"
    case prefixHash = "prefix hash"
    case ours = "parley"

    /// What the simple ones need: each request goes to a worker's own line at once.
    func choose(_ request: SimulatedRequest, _ workers: [SimulatedWorker], _ dice: inout Dice, _ turn: inout Int) -> Int
    {
        switch self {
        case .roundRobin:
            turn += 1
            return turn % workers.count
        case .random, .ours: return dice.below(workers.count)
        case .twoChoices:
            let (a, b) = (dice.below(workers.count), dice.below(workers.count))
            return workers[a].depth <= workers[b].depth ? a : b
        case .leastDepth:
            let start = dice.below(workers.count)
            let order = workers.indices.map { ($0 + start) % workers.count }
            return order.min { workers[$0].depth < workers[$1].depth } ?? 0
        case .prefixHash:
            // Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2018): the highest weight among
            // those whose depth is not above 1.25 times the mean.
            let mean = Double(workers.reduce(0) { $0 + $1.depth } + 1) / Double(workers.count)
            let fit = workers.indices.filter { Double(workers[$0].depth) < mean * 1.25 + 1 }
            return fit.max { mixed(UInt64($0) &* 31 ^ request.spread) < mixed(UInt64($1) &* 31 ^ request.spread) } ?? 0
        }
    }
}
