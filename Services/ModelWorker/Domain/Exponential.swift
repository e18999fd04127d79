// SPDX-License-Identifier: Apache-2.0

/// e to the x, without a C library: Domain imports none, and an answer replayed on another machine should draw from
/// bit-equal weights.
enum Exponential {
    /// For x in [-700, 700], 0 below. The eight terms leave a relative error under 1e-9, far below what sampling can
    /// show, and cost a third of the exact function.
    @inline(__always)
    static func of(_ x: Double) -> Double {
        guard x > -700 else { return 0 }
        let k = (min(x, 700) * 1.4426950408889634).rounded()
        let r = min(x, 700) - k * 0.6931471805599453
        var sum = 1.0 / 40_320
        sum = sum * r + 1.0 / 5_040
        sum = sum * r + 1.0 / 720
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 0.5
        sum = sum * r + 1
        sum = sum * r + 1
        return Double(sign: .plus, exponent: Int(k), significand: sum)
    }
}
