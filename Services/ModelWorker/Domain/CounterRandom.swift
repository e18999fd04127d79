// SPDX-License-Identifier: Apache-2.0

/// Chance as a function: f(seed, position), without state.
///
/// A sequential generator would have to be replayed to continue an answer on another worker; this one is simply asked
/// for the position again. The mixing is SplitMix64's finaliser (Steele, Lea, Flood 2014), applied twice so that
/// neighbouring seeds and positions have nothing in common.
package struct CounterRandom: Hashable, Sendable {
    package var seed: UInt64
    package init(seed: UInt64) { self.seed = seed }

    package func bits(at position: UInt64) -> UInt64 {
        Self.mix(Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) &+ position &* 0xD1B5_4A32_D192_ED03)
    }

    /// Uniform in [0, 1), with 53 bits.
    package func unit(at position: UInt64) -> Double { Double(bits(at: position) >> 11) * 0x1p-53 }

    package static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
