// SPDX-License-Identifier: Apache-2.0

/// How long answers get, by who asks, which model, and how much was allowed: counts in powers of two, of which the
/// newest weigh most.
///
/// A guess for packing and ranking, never for safety: a request may always use what it asked for.
package struct OutputLengths: Sendable {
    package struct Key: Hashable, Sendable {
        var tenant: UInt64
        var model: Int
        /// The power of two that the allowed length lies under.
        var allowed: UInt8

        package init(tenant: UInt64, model: String, allowed: Int) {
            self.tenant = tenant
            self.model = model.hashValue
            self.allowed = OutputLengths.power(allowed)
        }

        /// The same for anybody.
        var shared: Key {
            var key = self
            key.tenant = 0
            return key
        }
    }

    private struct Counts {
        var counts = [UInt16](repeating: 0, count: 24)
        var sum = 0

        mutating func add(_ power: UInt8) {
            counts[min(Int(power), counts.count - 1)] += 1
            sum += 1
            guard sum >= 256 else { return }
            for index in counts.indices { counts[index] /= 2 }
            sum = counts.reduce(0) { $0 + Int($1) }
        }
    }

    /// Tenants with a count of their own; each takes about 150 octets. When full, all begin again: they are learnt
    /// within a few answers.
    private static let maxKeys = 8_192
    /// Fewer answers than this say nothing.
    private static let enough = 8

    private var known: [Key: Counts] = [:]
    package init() {}

    package mutating func ended(_ key: Key, tokens: Int) {
        if known.count >= Self.maxKeys { known = [:] }
        let power = Self.power(tokens)
        known[key, default: Counts()].add(power)
        if key != key.shared { known[key.shared, default: Counts()].add(power) }
    }

    /// The length that this share of answers stays under, as far as is known; never more than was allowed.
    package func quantile(_ share: Double, of key: Key, allowed: Int) -> Int {
        let found = [key, key.shared].lazy.compactMap { known[$0] }.first { $0.sum >= Self.enough }
        // Before anything is known: most answers end long before they must.
        guard let counts = found else { return min(allowed, share > 0.8 ? 512 : 128) }
        var seen = 0
        for (power, count) in counts.counts.enumerated() {
            seen += Int(count)
            if Double(seen) >= share * Double(counts.sum) { return max(1, min(allowed, 1 << power)) }
        }
        return allowed
    }

    /// The least power of two that is not below.
    static func power(_ value: Int) -> UInt8 {
        value <= 1 ? 0 : UInt8(Int.bitWidth - (value - 1).leadingZeroBitCount)
    }
}
