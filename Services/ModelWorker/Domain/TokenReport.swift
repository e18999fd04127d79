// SPDX-License-Identifier: Apache-2.0

/// How likely the model found a token of its answer, and what might have stood in its place.
package struct TokenReport: Hashable, Sendable {
    /// As OpenAI's bound on `top_logprobs`.
    package static let maxAlternatives = 20

    package struct Alternative: Hashable, Sendable {
        package var token: TokenID
        /// Natural logarithm of the probability.
        package var logprob: Float
    }

    package var token: TokenID
    package var logprob: Float
    /// The likeliest tokens, likeliest first.
    package var alternatives: [Alternative]
}

/// The probabilities of one place, by the model's own logits.
package struct PlaceProbabilities: Sendable {
    private let logits: [Float]
    /// Logarithm of the sum of the exponentials.
    private let whole: Double

    /// Keeps a copy, because shaping and constraints change the logits before a token is chosen.
    package init(_ logits: UnsafeBufferPointer<Float>) {
        self.logits = Array(logits)
        var top = -Float.infinity
        for logit in logits where logit > top { top = logit }
        var sum = 0.0
        for logit in logits { sum += Exponential.of(Double(logit - top)) }
        whole = Double(top) + Self.logarithm(sum)
    }

    package func report(on token: TokenID, alternatives: Int) -> TokenReport {
        let top = logits.withUnsafeBufferPointer { TokenSampler.top(max(0, alternatives), of: $0) }
        return TokenReport(
            token: token, logprob: Int(token) < logits.count ? logprob(logits[Int(token)]) : -.infinity,
            alternatives: top.map { TokenReport.Alternative(token: $0.token, logprob: logprob($0.logit)) })
    }

    private func logprob(_ logit: Float) -> Float { min(0, Float(Double(logit) - whole)) }

    /// The natural logarithm for x ≥ 1, without a C library: the exponent says most of it, and four of Halley's steps
    /// towards e to the y = x the rest.
    static func logarithm(_ x: Double) -> Double {
        guard x > 1, x.isFinite else { return x > 1 ? x : 0 }
        var y = Double(x.exponent) * 0.6931471805599453
        for _ in 0..<4 {
            let power = Exponential.of(y)
            y += 2 * (x - power) / (x + power)
        }
        return y
    }
}
