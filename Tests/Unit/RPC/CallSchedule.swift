// SPDX-License-Identifier: Apache-2.0

import TestKit

/// What two clients and the people who run two servers do, one after another, by seed.
struct CallSchedule: Sendable {
    enum Move: Sendable {
        case call(CallPlan)
        /// This server is drained, and another takes its place at the same address.
        case replace(Int)
        /// Nothing new until every call is over.
        case rest
    }

    var moves: [Move]
    /// Calls that are open at a time.
    let mostAtOnce: Int
    /// The age of connections in milliseconds; nil for the usual.
    let age: Int?

    static let length = 150
    static let servers = 2

    init(seed: UInt64) {
        var random = SeededRandomness(seed: seed)
        mostAtOnce = .random(in: 2...24, using: &random)
        age = Bool.random(using: &random) ? .random(in: 30...120, using: &random) : nil
        moves = (0..<Self.length).map { number in
            switch Int.random(in: 0..<30, using: &random) {
            case 0: .replace(.random(in: 0..<Self.servers, using: &random))
            case 1: .rest
            default: .call(CallPlan(number: number, random: &random))
            }
        }
    }

    private init(_ moves: ArraySlice<Move>, of whole: CallSchedule) {
        self.moves = Array(moves)
        mostAtOnce = whole.mostAtOnce
        age = whole.age
    }

    /// Half as long, each a beginning or an end.
    var halves: [CallSchedule] {
        guard moves.count > 1 else { return [] }
        let middle = moves.count / 2
        return [Self(moves[..<middle], of: self), Self(moves[middle...], of: self)]
    }

    var replacements: Int { moves.count { if case .replace = $0 { true } else { false } } }
}
