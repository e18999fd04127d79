// SPDX-License-Identifier: Apache-2.0

import Primitives

/// How tokens are chosen, and what is told of it. `min_p` and `repetition_penalty` are not OpenAI's; vLLM and llama.cpp
/// know them by these names.
extension ChatRequest {
    /// As OpenAI's.
    package static let maximumBiases = 300
    package static let maximumAlternatives: Int64 = 20

    mutating func readSampling(_ fields: RequestFields) throws(RequestRefusal) {
        minP = try fields.decimal("min_p", in: 0...1).map { Float($0) }
        presencePenalty = try fields.decimal("presence_penalty", in: -2...2).map { Float($0) }
        frequencyPenalty = try fields.decimal("frequency_penalty", in: -2...2).map { Float($0) }
        repetitionPenalty = try fields.decimal("repetition_penalty", in: 0.01...10).map { Float($0) }
        logitBias = try Self.biases(fields)
        let top = try fields.integer("top_logprobs", in: 0...Self.maximumAlternatives)
        if try fields.flag("logprobs") == true {
            topLogprobs = UInt32(top ?? 0)
        } else if top != nil {
            throw RequestRefusal(
                "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
                parameter: "top_logprobs", code: "invalid_value")
        }
    }

    /// A map from a token's number, written as a name, to what is added to its logit.
    private static func biases(_ fields: RequestFields) throws(RequestRefusal) -> [Bias] {
        guard let map = try fields.fields("logit_bias") else { return [] }
        let names = map.object.members.map(\.name)
        guard names.count <= maximumBiases else {
            throw fields.tooLong("logit_bias", maximum: maximumBiases, got: names.count)
        }
        var biases: [Bias] = []
        for name in names {
            guard let token = UInt32(name) else {
                throw RequestRefusal(
                    "Invalid key in 'logit_bias': expected a token's number.", parameter: "logit_bias",
                    code: "invalid_value")
            }
            guard let bias = try map.decimal(name, in: -100...100) else { continue }
            biases.append(Bias(token: token, bias: Float(bias)))
        }
        return biases
    }
}
