// SPDX-License-Identifier: Apache-2.0

/// Spreads requests over workers by highest random weight (Thaler and Ravishankar 1998).
///
/// Every worker's name is hashed with the request's preamble and the highest wins, so that several orchestrators agree
/// without talking, and a worker that leaves moves only its own share.
package enum Rendezvous {
    static func weight(_ name: UInt64, _ spread: UInt64) -> UInt64 {
        // The finaliser of splitmix64: every bit of both inputs moves every bit of the weight.
        var z = name ^ spread
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// The two with the highest weights, the highest first. A thousand workers take three microseconds.
    static func two(of workers: WorkerSet, spread: UInt64, names: [UInt64]) -> [Int] {
        var first = (worker: -1, weight: UInt64.min)
        var second = first
        workers.forEach { worker in
            let weight = weight(names[worker], spread)
            if first.worker < 0 || weight > first.weight {
                second = first
                first = (worker, weight)
            } else if second.worker < 0 || weight > second.weight {
                second = (worker, weight)
            }
        }
        return [first.worker, second.worker].filter { $0 >= 0 }
    }
}
