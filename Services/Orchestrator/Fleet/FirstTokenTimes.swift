// SPDX-License-Identifier: Apache-2.0

/// How long first tokens took, by model and by what was predicted: counts in steps of a quarter more each, of which the
/// newest weigh most.
struct FirstTokenTimes: Sendable {
    private struct Key: Hashable {
        var model: String
        /// The power of two of milliseconds that the prediction lies under.
        var predicted: UInt8
    }

    private struct Counts {
        var counts = [UInt16](repeating: 0, count: FirstTokenTimes.steps)
        var sum = 0
    }

    /// From a millisecond up to twenty minutes.
    private static let steps = 64
    private static let least = 0.001
    private static let growth = 1.25
    /// Times that differ less are one: an end of a step is not after itself.
    private static let same = 1.000_1
    /// Fewer say nothing of the last twentieth.
    private static let enough = 64
    /// Counts are halved here, so that what was slow an hour ago does not count for ever.
    private static let most = 1_024
    /// Each takes about 200 octets; models are named by workers, so there are few.
    private static let maxKeys = 1_024

    private var known: [Key: Counts] = [:]

    mutating func add(_ seconds: Double, of model: String, predicted: Double) {
        let key = Self.key(model, predicted)
        if known[key] == nil, known.count >= Self.maxKeys { known = [:] }
        Self.add(Self.step(seconds), to: &known[key, default: Counts()])
    }

    private static func add(_ step: Int, to counts: inout Counts) {
        counts.counts[step] += 1
        counts.sum += 1
        guard counts.sum >= most else { return }
        for index in counts.counts.indices { counts.counts[index] /= 2 }
        counts.sum = counts.counts.reduce(0) { $0 + Int($1) }
    }

    /// The time that this share of them stayed under; nil while too few are known.
    func quantile(_ share: Double, of model: String, predicted: Double) -> Duration? {
        guard let counts = known[Self.key(model, predicted)], counts.sum >= Self.enough else { return nil }
        var seen = 0
        for (step, count) in counts.counts.enumerated() {
            seen += Int(count)
            if Double(seen) >= share * Double(counts.sum) { return .nanoseconds(Int64(Self.end(of: step) * 1e9)) }
        }
        return nil
    }

    /// How much longer those took, on average, that took longer than this. nil where that is not known: too few were
    /// heard of, or none was as late.
    func remaining(after seconds: Double, of model: String, predicted: Double) -> Double? {
        guard let counts = known[Self.key(model, predicted)], counts.sum >= Self.enough else { return nil }
        var later = 0
        var sum = 0.0
        for (step, count) in counts.counts.enumerated() where Self.end(of: step) > seconds * Self.same {
            later += Int(count)
            sum += Double(count) * (Self.end(of: step) - seconds)
        }
        return later > 0 ? sum / Double(later) : nil
    }

    private static let ends: [Double] = (0..<steps).reduce(into: []) { ends, _ in
        ends.append((ends.last ?? least / growth) * growth)
    }
    private static func end(of step: Int) -> Double { ends[step] }

    private static func step(_ seconds: Double) -> Int { ends.firstIndex { seconds <= $0 } ?? steps - 1 }

    private static func key(_ model: String, _ predicted: Double) -> Key {
        let milliseconds = Int(max(0, min(predicted * 1_000, 1e6)))
        return Key(model: model, predicted: UInt8(Int.bitWidth - milliseconds.leadingZeroBitCount))
    }
}
