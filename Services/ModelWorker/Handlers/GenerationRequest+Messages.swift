// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives

extension GenerationRequest {
    /// As many as a shell of tools would ever need; each is compared with the answer's end for every token.
    static let maxStops = 16
    static let maxStopBytes = 256
    /// The contract says sixteen octets.
    static let saltBytes = 16

    /// Reads and checks a request from the wire.
    init(
        _ request: GenerateRequest, for service: ModelWorkerService, as id: RequestID, deadline: Deadline
    ) throws(Failure) {
        let profile = service.engine.profile
        guard !request.messages.isEmpty else { throw .invalid("A prompt needs at least one message.", "messages") }
        guard request.tenantSalt.count == Self.saltBytes else {
            throw .invalid("The tenant salt must be sixteen octets.", "tenant_salt")
        }
        guard request.stop.count <= Self.maxStops, request.stop.allSatisfy({ $0.utf8.count <= Self.maxStopBytes })
        else {
            throw .invalid("There are too many stop strings, or one is too long.", "stop")
        }
        let wanted = Int(request.maxCompletionTokens)
        guard request.resumeTokens.count <= profile.contextTokens else {
            throw .invalid("There are more resumed tokens than the context holds.", "resume_tokens")
        }
        // A token is at least a byte, and a context that long is nobody's.
        guard request.resumeText.map({ $0.count <= profile.contextTokens * 16 }) ?? true else {
            throw .invalid("There is more resumed text than the context holds.", "resume_text")
        }
        var messages: [ChatMessage] = []
        for message in request.messages { messages.append(try ChatMessage(message, tokenizer: profile.tokenizer)) }
        let adapter = AdapterName.adapter(in: request.model, of: profile.model) ?? ""
        self.init(
            id: id, messages: messages,
            scope: PrefixScope(
                salt: request.tenantSalt, adapter: adapter.isEmpty ? request.adapter ?? "" : adapter),
            requestClass: RequestClass(request.workClass),
            sampling: try SamplingSettings(request.sampling, defaultTemperature: service.defaults.temperature),
            stops: request.stop, maxTokens: wanted > 0 ? wanted : service.defaults.maxTokens,
            fitsMaxTokens: wanted == 0, resumed: request.resumeTokens, blocks: request.prefixBlocks,
            deadline: deadline,
            timeLimit: request.timeLimitMs.map { .milliseconds(Int64($0)) } ?? service.defaults.answerTime)
        original = request
        structure = try AnswerStructure(request)
        if let wanted = request.topLogprobs {
            guard wanted <= TokenReport.maxAlternatives else {
                throw .invalid("At most \(TokenReport.maxAlternatives) alternatives are told.", "top_logprobs")
            }
            alternatives = Int(wanted)
        }
        if request.resumeTokens.isEmpty { resumedText = request.resumeText ?? [] }
    }
}

extension ChatMessage {
    /// Token ids count only when they are of this very tokenizer; else the text speaks for itself.
    init(_ message: PromptMessage, tokenizer: String) throws(Failure) {
        guard let role = Role(rawValue: message.role) else {
            throw .invalid("A message's role must be system, user, assistant or tool.", "messages")
        }
        self.init(
            role: role, content: message.content, tokens: message.tokenizer == tokenizer ? message.tokenIDs : [],
            calls: try message.toolCallsJSON.map { bytes throws(Failure) in try Self.calls(bytes) } ?? [],
            callID: message.toolCallID)
    }
}

extension RequestClass {
    /// A class this build does not know waits like the standard one.
    init(_ workClass: WorkClass) {
        switch workClass {
        case .premium: self = .premium
        case .batch: self = .batch
        default: self = .standard
        }
    }
}

extension SamplingSettings {
    init(_ sampling: Sampling, defaultTemperature: Float) throws(Failure) {
        let temperature = sampling.temperature ?? defaultTemperature
        let topP = sampling.topP ?? 1
        // Comparisons with NaN are false, so NaN is refused too.
        guard temperature >= 0, temperature <= 2 else {
            throw .invalid("The temperature must be between 0 and 2.", "temperature")
        }
        guard topP >= 0, topP <= 1 else { throw .invalid("top_p must be between 0 and 1.", "top_p") }
        self.init(
            temperature: temperature, topP: topP, topK: Int(sampling.topK ?? 0),
            seed: sampling.seed ?? UInt64.random(in: .min ... .max))
        minP = sampling.minP ?? 0
        guard minP >= 0, minP <= 1 else { throw .invalid("min_p must be between 0 and 1.", "min_p") }
        presencePenalty = sampling.presencePenalty ?? 0
        frequencyPenalty = sampling.frequencyPenalty ?? 0
        guard abs(presencePenalty) <= 2, abs(frequencyPenalty) <= 2 else {
            throw .invalid("Presence and frequency penalties must be between -2 and 2.", "penalty")
        }
        repetitionPenalty = sampling.repetitionPenalty ?? 1
        guard repetitionPenalty > 0, repetitionPenalty <= 10 else {
            throw .invalid("The repetition penalty must be above 0 and at most 10.", "repetition_penalty")
        }
        guard sampling.logitBias.count <= Self.maxBiases, sampling.logitBias.allSatisfy({ abs($0.bias) <= 100 })
        else { throw .invalid("There are too many biases, or one is not between -100 and 100.", "logit_bias") }
        biases = sampling.logitBias.map { TokenBias(token: $0.tokenID, bias: $0.bias) }
    }
}
