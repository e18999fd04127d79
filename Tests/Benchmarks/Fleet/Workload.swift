// SPDX-License-Identifier: Apache-2.0

/// Numbers that look random and are the same for the same seed (splitmix64).
struct Dice {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0xD1B5_4A32_D192_ED03 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return mixed(state)
    }

    mutating func share() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
    /// Time to the next of events that come `rate` times a second.
    mutating func pause(_ rate: Double) -> Double {
        let share = 1 - share()
        return -logarithm(share) / rate
    }
}

func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
}

/// Chained block hashes of a text that is named and not written.
func chain(_ name: UInt64, _ count: Int, after before: [UInt64] = []) -> [UInt64] {
    var blocks = before
    var last = before.last ?? 0
    for index in 0..<count {
        last = mixed(last ^ mixed(name &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15))
        blocks.append(last)
    }
    return blocks
}

/// What is asked of a fleet.
enum Workload: String, CaseIterable {
    /// 64 groups with a shared 16 KiB prefix, 1 KiB of one's own: caches hold all groups when they are partitioned, a
    /// third when they are replicated.
    case groups
    /// Conversations of 2 to 12 turns whose history grows by an answer and a question each.
    case chat
    /// The groups, with ten seconds of four times the rate now and then.
    case bursts
    /// Eight tenants; one of them sends ten times its share from a third of the time on.
    case flood
    /// The same eight without the flood, to compare with.
    case calm

    func requests(rate: Double, seconds: Double, workers: Int, seed: UInt64) -> [SimulatedRequest] {
        var dice = Dice(seed)
        var requests: [SimulatedRequest] = []
        var time = 0.0
        var chats: [(name: UInt64, blocks: [UInt64], left: Int)] = []
        let groups = 16 * workers
        while true {
            time += dice.pause(pace(rate, at: time, of: seconds))
            if time >= seconds { return requests }
            var tenant = UInt64(dice.below(8)) + 1
            var blocks: [UInt64]
            switch self {
            case .groups, .bursts, .calm, .flood:
                if self == .flood, time > seconds / 3, dice.share() < 9.0 / 17 { tenant = 1 }
                // Tenants do not share prefixes: each has its groups.
                let group =
                    self == .groups || self == .bursts
                    ? dice.below(groups) : Int(tenant - 1) * (groups / 8) + dice.below(groups / 8)
                blocks = chain(dice.next(), 4, after: chain(UInt64(group) + 1, 64))
            case .chat:
                if chats.count < 40 * workers || dice.share() < 0.1 {
                    let system = chain(UInt64(dice.below(6)) + 1_000, 8)
                    chats.append((dice.next(), chain(dice.next(), 2, after: system), 1 + dice.below(11)))
                }
                let index = dice.below(chats.count)
                blocks = chats[index].blocks
                chats[index].blocks = chain(dice.next(), 3 + dice.below(6), after: blocks)
                chats[index].left -= 1
                tenant = chats[index].name % 8 + 1
                if chats[index].left <= 0 { chats.swapAt(index, chats.count - 1) }
                if chats[index].left <= 0 || chats.last.map({ $0.left <= 0 }) == true { chats.removeLast() }
            }
            requests.append(
                SimulatedRequest(
                    number: requests.count, arrival: time, tenant: tenant, blocks: blocks, outputTokens: 16,
                    spread: blocks[3]))
        }
    }

    private func pace(_ rate: Double, at time: Double, of seconds: Double) -> Double {
        switch self {
        case .bursts: time.truncatingRemainder(dividingBy: 20) < 3 ? rate * 2 : rate * 0.8
        // Nine shares of one tenant more than the eight there are.
        case .flood: time > seconds / 3 ? rate * 17 / 8 : rate
        default: rate
        }
    }
}
