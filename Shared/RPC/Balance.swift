// SPDX-License-Identifier: Apache-2.0

import Primitives
import Wire

/// Chooses among a pool's connections: the less busy of two taken by chance, near ones before far ones.
///
/// Two by chance do nearly as well as looking at all (Mitzenmacher, "The Power of Two Choices in Randomized Load
/// Balancing", 2001), and callers that know nothing of each other do not all run to the same idle server.
struct Balance {
    /// A near connection is kept until it has this many times the calls of a far one. Another zone costs a call about a
    /// millisecond; a queue three times as long costs more.
    static let zoneFactor = 3
    /// Fewer calls than this are no load at all, whatever the far one has.
    static let idleCalls = 8

    private let zone: Zone
    private var random: SpanRandom
    /// Connections to our own zone, and the others. All are near while either side does not say where it is.
    private var near: [ClientConnection] = []
    private var far: [ClientConnection] = []
    /// Where the search starts: else the first of equals would get all calls of a quiet service.
    private var rotation = 0

    typealias Permits = (ClientConnection) -> Standing.Permit

    init(zone: Zone, random: SpanRandom) {
        self.zone = zone
        self.random = random
    }

    mutating func update(_ connections: [ClientConnection]) {
        near = connections
        far = []
        guard zone.isKnown else { return }
        near = connections.filter { $0.peerPreface?.zone == zone }
        far = connections.filter { $0.peerPreface?.zone != zone }
        if near.isEmpty { swap(&near, &far) }
    }

    mutating func choose(avoiding avoided: ClientConnection?, _ permits: Permits) -> ClientConnection? {
        if far.isEmpty, near.count == 1, avoided == nil {
            guard let only = near.first, only.isUsable else { return nil }
            switch permits(only) {
            case .refuse: return nil
            default: return only
            }
        }
        // Another address first, then at least another connection.
        if let avoided, let endpoint = avoided.endpoint {
            if let found = search(permits, { $0.endpoint !== endpoint }) { return found }
        }
        return search(permits) { $0 !== avoided }
    }

    private mutating func search(_ permits: Permits, _ isWanted: (ClientConnection) -> Bool) -> ClientConnection? {
        rotation &+= 1
        var spare: ClientConnection?
        var probe: ClientConnection?
        func isGood(_ candidate: ClientConnection) -> Bool {
            guard probe == nil, candidate.isUsable, isWanted(candidate) else { return false }
            switch permits(candidate) {
            case .use: return true
            case .probe: probe = candidate
            case .avoid:
                if spare.map({ candidate.inFlight < $0.inFlight }) ?? true { spare = candidate }
            case .refuse: break
            }
            return false
        }
        let close = pick(near, isGood)
        let distant = far.isEmpty ? nil : pick(far, isGood)
        // The call was given the right to look whether an address is back.
        if let probe { return probe }
        guard let close else { return distant ?? spare }
        guard let distant else { return close }
        return close.inFlight <= max(Self.idleCalls, Self.zoneFactor * distant.inFlight) ? close : distant
    }

    private mutating func pick(
        _ connections: [ClientConnection], _ isGood: (ClientConnection) -> Bool
    ) -> ClientConnection? {
        let count = connections.count
        if count > 2 {
            let first = Int.random(in: 0..<count, using: &random)
            let other = (first + Int.random(in: 1..<count, using: &random)) % count
            let (a, b) = (connections[first], connections[other])
            // Where one of the two cannot be used all are looked at: trouble is rare, and so is the price.
            if isGood(a), isGood(b) { return b.inFlight < a.inFlight ? b : a }
        }
        var best: ClientConnection?
        for index in 0..<count {
            let candidate = connections[(index &+ rotation) % count]
            guard isGood(candidate) else { continue }
            if let known = best, known.inFlight <= candidate.inFlight { continue }
            best = candidate
        }
        return best
    }
}
