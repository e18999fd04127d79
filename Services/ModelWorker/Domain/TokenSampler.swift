// SPDX-License-Identifier: Apache-2.0

/// Draws one token from the model's logits.
///
/// The order is top-k, temperature, top-p, min-p, as the usual samplers have it: top-p is over the tempered
/// distribution. Penalties and biases have been taken from the logits before (`LogitShaping`).
/// The draw depends on (seed, position) alone, so an answer continued elsewhere goes on with the same dice.
package struct TokenSampler: Sendable {
    package struct Candidate: Hashable, Sendable {
        package var token: TokenID
        package var logit: Float
        package init(token: TokenID, logit: Float) {
            self.token = token
            self.logit = logit
        }
    }

    /// Candidates taken before top-p is tried again with more. Nearly always the first or second is enough, and a
    /// full sort of 49,152 logits costs as much as half a decode step.
    private static let widths = [64, 1_024, 8_192]

    package init() {}

    /// - Parameters:
    ///   - position: index of the token in the answer, resumed tokens counted.
    ///   - attempt: 1 where a first choice was refused: other dice, so that what was refused does not decide.
    package func choose(
        from logits: UnsafeBufferPointer<Float>, _ settings: SamplingSettings, position: Int, attempt: UInt64 = 0
    ) -> TokenID {
        guard settings.temperature > 0, settings.topK != 1 else { return Self.likeliest(of: logits) }
        let dice = CounterRandom(seed: settings.seed).unit(at: UInt64(max(0, position)) | attempt << 32)
        if settings.topK <= 0 || settings.topK >= logits.count, settings.topP >= 1 {
            return drawFromAll(logits, settings, dice)
        }
        if settings.topK > 0, settings.topK < logits.count {
            let top = Self.top(settings.topK, of: logits)
            return draw(from: top, mass: nil, settings, dice) ?? Self.likeliest(of: logits)
        }
        let mass = Self.mass(of: logits, temperature: settings.temperature)
        for width in Self.widths where width < logits.count {
            if let token = draw(from: Self.top(width, of: logits), mass: mass, settings, dice) { return token }
        }
        let all = Self.top(logits.count, of: logits)
        return draw(from: all, mass: nil, settings, dice) ?? Self.likeliest(of: logits)
    }

    /// The first of the greatest: ties go to the lower token, always.
    package static func likeliest(of logits: UnsafeBufferPointer<Float>) -> TokenID {
        var best = 0
        for index in 1..<max(1, logits.count) where logits[index] > logits[best] { best = index }
        return TokenID(best)
    }

    /// Draws by walking the whole vocabulary in token order: no sorting is needed when nothing is cut off.
    private func drawFromAll(
        _ logits: UnsafeBufferPointer<Float>, _ settings: SamplingSettings, _ dice: Double
    ) -> TokenID {
        let (temperature, floor) = (settings.temperature, Double(settings.minP))
        let (top, total) = Self.mass(of: logits, temperature: temperature, floor: floor)
        let goal = dice * total
        var sum = 0.0
        for index in 0..<logits.count {
            let weight = Self.weight(logits[index], below: top, temperature)
            guard weight >= floor else { continue }
            sum += weight
            if sum > goal { return TokenID(index) }
        }
        return Self.likeliest(of: logits)
    }

    /// Draws from sorted candidates; nil when they do not hold `topP` of the whole `mass` (nil: they are the whole).
    private func draw(
        from candidates: [Candidate], mass: (top: Float, total: Double)?, _ settings: SamplingSettings, _ dice: Double
    ) -> TokenID? {
        guard let first = candidates.first else { return nil }
        let weights = candidates.map { Self.weight($0.logit, below: first.logit, settings.temperature) }
        let whole = mass?.total ?? weights.reduce(0, +)
        let wanted = Double(min(1, max(0, settings.topP))) * whole
        let floor = Double(settings.minP)
        var kept = 0
        var held = 0.0
        // The likeliest weighs one, so a weight is its share of that.
        while kept < weights.count, kept == 0 || held < wanted && weights[kept] >= floor {
            held += weights[kept]
            kept += 1
        }
        if mass != nil, kept == weights.count, held < wanted { return nil }
        let goal = dice * held
        var sum = 0.0
        for index in 0..<kept {
            sum += weights[index]
            if sum > goal { return candidates[index].token }
        }
        return first.token
    }

    private static func mass(
        of logits: UnsafeBufferPointer<Float>, temperature: Float, floor: Double = 0
    ) -> (top: Float, total: Double) {
        var top = -Float.infinity
        for index in 0..<logits.count where logits[index] > top { top = logits[index] }
        var total = 0.0
        for index in 0..<logits.count {
            let weight = weight(logits[index], below: top, temperature)
            if weight >= floor { total += weight }
        }
        return (top, total)
    }

    /// exp((logit - top) / temperature). Below e^-30 a token is not drawn in the life of the universe: skipping its
    /// exponential saves most of them.
    private static func weight(_ logit: Float, below top: Float, _ temperature: Float) -> Double {
        let x = (logit - top) / temperature
        return x < -30 ? 0 : Exponential.of(Double(x))
    }

    /// The `count` greatest, greatest first, ties by token. A heap of that size, its least on top, passes over all.
    package static func top(_ count: Int, of logits: UnsafeBufferPointer<Float>) -> [Candidate] {
        var heap = LeastHeap(capacity: min(count, logits.count))
        for index in 0..<logits.count { heap.offer(Candidate(token: TokenID(index), logit: logits[index])) }
        return heap.items.sorted { LeastHeap.precedes($1, $0) }
    }
}
