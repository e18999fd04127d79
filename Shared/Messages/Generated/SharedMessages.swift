// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/common/v1/common.proto. Do not edit: run `make proto`.

package import Primitives

/// An answer with nothing in it. Kept as a message so that fields can be added.
package struct Acknowledgement: Equatable, Sendable {
    package init() {}
}

/// Tokens as the worker counted them. Prompt includes cached.
package struct Usage: Equatable, Sendable {
    package var promptTokens: UInt32
    /// The part of the prompt that the worker's cache already held for this tenant.
    package var cachedTokens: UInt32
    package var completionTokens: UInt32

    package init(promptTokens: UInt32 = 0, cachedTokens: UInt32 = 0, completionTokens: UInt32 = 0) {
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.completionTokens = completionTokens
    }
}

/// One message of a prompt, in the order the model sees it.
package struct PromptMessage: Equatable, Sendable {
    /// "system", "user", "assistant" or "tool".
    package var role: String
    package var content: String
    /// The speaker's name, as OpenAI's `name`. Absent when the client sent none.
    package var name: String?
    /// The calls an assistant made, as the client's JSON array. Absent when there were none.
    package var toolCallsJSON: [UInt8]?
    /// Which call a tool message answers. Absent for other roles.
    package var toolCallID: String?
    /// The tokens of a stored answer exactly as they were generated, so that this turn's prompt is a token prefix of
    /// the next one's. Empty when unknown; then the worker tokenises `content`.
    package var tokenIDs: [UInt32]
    /// Which tokenizer `token_ids` belong to; a worker with another one ignores them. Absent without ids.
    package var tokenizer: String?

    package init(
        role: String = "", content: String = "", name: String? = nil, toolCallsJSON: [UInt8]? = nil,
        toolCallID: String? = nil, tokenIDs: [UInt32] = [], tokenizer: String? = nil
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCallsJSON = toolCallsJSON
        self.toolCallID = toolCallID
        self.tokenIDs = tokenIDs
        self.tokenizer = tokenizer
    }
}

/// How the next token is chosen.
package struct Sampling: Equatable, Sendable {
    /// Absent means the model's default.
    package var temperature: Float?
    /// Absent means 1.
    package var topP: Float?
    /// Absent or 0 means no limit.
    package var topK: UInt32?
    /// Absent means the worker draws one; with it the same request gives the same answer on the same model.
    package var seed: UInt64?
    /// Tokens less likely than this share of the likeliest one's probability are not drawn. Absent or 0 means none is.
    package var minP: Float?
    /// Between -2 and 2, taken once from the logit of every token the answer has. Absent means 0.
    package var presencePenalty: Float?
    /// Between -2 and 2, taken from a token's logit as often as the answer has it. Absent means 0.
    package var frequencyPenalty: Float?
    /// What the logits of the prompt's and the answer's tokens are divided by (multiplied, when negative). Absent means
    /// 1.
    package var repetitionPenalty: Float?
    /// Added to logits before anything else; at most 300.
    package var logitBias: [LogitBias]

    package init(
        temperature: Float? = nil, topP: Float? = nil, topK: UInt32? = nil, seed: UInt64? = nil, minP: Float? = nil,
        presencePenalty: Float? = nil, frequencyPenalty: Float? = nil, repetitionPenalty: Float? = nil,
        logitBias: [LogitBias] = []
    ) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.seed = seed
        self.minP = minP
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.repetitionPenalty = repetitionPenalty
        self.logitBias = logitBias
    }
}

/// A token of the model's vocabulary made likelier or less likely.
package struct LogitBias: Equatable, Sendable {
    package var tokenID: UInt32
    /// Between -100 and 100.
    package var bias: Float

    package init(tokenID: UInt32 = 0, bias: Float = 0) {
        self.tokenID = tokenID
        self.bias = bias
    }
}

/// A token that might have stood in a place, and the natural logarithm of its probability.
package struct TokenAlternative: Equatable, Sendable {
    /// Its bytes, which may end within a character.
    package var spelling: [UInt8]
    package var logprob: Float

    package init(spelling: [UInt8] = [], logprob: Float = 0) {
        self.spelling = spelling
        self.logprob = logprob
    }
}

/// How likely the model found a token of its answer: by its own logits, before temperature, penalties and constraints.
package struct TokenLogprob: Equatable, Sendable {
    /// The token's bytes, which may end within a character.
    package var spelling: [UInt8]
    package var logprob: Float
    /// The likeliest tokens in its place, likeliest first.
    package var top: [TokenAlternative]

    package init(spelling: [UInt8] = [], logprob: Float = 0, top: [TokenAlternative] = []) {
        self.spelling = spelling
        self.logprob = logprob
        self.top = top
    }
}

/// A run of the answer's tokens with their probabilities. Sent before the chunk that holds the tokens.
package struct AnswerLogprobs: Equatable, Sendable {
    /// Index in the answer of the first token.
    package var seq: UInt32
    package var tokens: [TokenLogprob]

    package init(seq: UInt32 = 0, tokens: [TokenLogprob] = []) {
        self.seq = seq
        self.tokens = tokens
    }
}

/// What a source said, as the model was shown it and the client is told.
package struct Citation: Equatable, Sendable {
    /// The number the answer refers to it by, from 1.
    package var number: UInt32
    package var fileID: FileID
    package var passageID: PassageID
    package var filename: String
    package var text: String
    /// Between 0 and 1; comparable within one answer only.
    package var score: Float
    /// Where the passage stands in the file, in bytes of its text.
    package var startByte: UInt64
    package var endByte: UInt64

    package init(
        number: UInt32 = 0, fileID: FileID, passageID: PassageID, filename: String = "", text: String = "",
        score: Float = 0, startByte: UInt64 = 0, endByte: UInt64 = 0
    ) {
        self.number = number
        self.fileID = fileID
        self.passageID = passageID
        self.filename = filename
        self.text = text
        self.score = score
        self.startByte = startByte
        self.endByte = endByte
    }
}
