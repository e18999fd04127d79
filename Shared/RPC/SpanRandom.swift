// SPDX-License-Identifier: Apache-2.0

/// Random numbers for span ids: SplitMix64, seeded by the system. A span id must be unlike others of its trace, not
/// unguessable, and the system's generator costs a system call each time.
struct SpanRandom: RandomNumberGenerator {
    private var state: UInt64

    init() {
        var system = SystemRandomNumberGenerator()
        state = system.next()
    }

    /// The same numbers every time, for tests.
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
