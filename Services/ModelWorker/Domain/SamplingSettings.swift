// SPDX-License-Identifier: Apache-2.0

/// How the next token is chosen.
package struct SamplingSettings: Hashable, Sendable {
    /// As OpenAI's bound on `logit_bias`.
    package static let maxBiases = 300

    /// 0 means the likeliest token always.
    package var temperature: Float
    /// Only the likeliest tokens whose probabilities sum up to this are drawn from; 1 means all.
    package var topP: Float
    /// Only this many of the likeliest are drawn from; 0 means all.
    package var topK: Int
    package var seed: UInt64
    /// Tokens below this share of the likeliest one's probability are not drawn; 0 means none is.
    package var minP: Float = 0
    /// Taken once from the logit of every token the answer has.
    package var presencePenalty: Float = 0
    /// Taken from a token's logit as often as the answer has it.
    package var frequencyPenalty: Float = 0
    /// Divides the positive logits of the prompt's and the answer's tokens, and multiplies the negative ones.
    package var repetitionPenalty: Float = 1
    /// Added to logits before anything else.
    package var biases: [TokenBias] = []

    package init(temperature: Float, topP: Float, topK: Int, seed: UInt64) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.seed = seed
    }

    /// Whether anything but the logits themselves has a say.
    package var shapesLogits: Bool {
        presencePenalty != 0 || frequencyPenalty != 0 || repetitionPenalty != 1 || !biases.isEmpty
    }
}

/// A token made likelier or less likely.
package struct TokenBias: Hashable, Sendable {
    package var token: TokenID
    package var bias: Float
    package init(token: TokenID, bias: Float) {
        self.token = token
        self.bias = bias
    }
}

/// What biases and earlier tokens do to the choice of the next one.
///
/// A function of the request and of the tokens before, so an answer continued elsewhere is shaped the same once its
/// tokens have been noted again. The presence and frequency penalties look at the answer, as OpenAI's do; the
/// repetition penalty looks at the prompt too, as its inventors' does (Keskar et al. 2019).
package struct LogitShaping: Sendable {
    private let settings: SamplingSettings
    /// How often the answer has each token.
    private var counts: [TokenID: Int] = [:]
    /// Tokens of prompt and answer; empty where nothing asks.
    private var seen: Set<TokenID> = []

    /// nil where nothing shapes the logits.
    package init?(_ settings: SamplingSettings, prompt: [TokenID]) {
        guard settings.shapesLogits else { return nil }
        self.settings = settings
        if settings.repetitionPenalty != 1 { seen = Set(prompt) }
    }

    package mutating func note(_ token: TokenID) {
        counts[token, default: 0] += 1
        if settings.repetitionPenalty != 1 { seen.insert(token) }
    }

    /// Changes the logits of one place. Tokens the vocabulary does not have are passed over.
    package func apply(to logits: UnsafeMutableBufferPointer<Float>) {
        for bias in settings.biases where Int(bias.token) < logits.count { logits[Int(bias.token)] += bias.bias }
        if settings.repetitionPenalty != 1 {
            for token in seen where Int(token) < logits.count {
                let logit = logits[Int(token)]
                logits[Int(token)] =
                    logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty
            }
        }
        guard settings.presencePenalty != 0 || settings.frequencyPenalty != 0 else { return }
        for (token, count) in counts where Int(token) < logits.count {
            logits[Int(token)] -= settings.presencePenalty + settings.frequencyPenalty * Float(count)
        }
    }
}
