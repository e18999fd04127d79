// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives

// Between the messages of the wire and the values of the domain, in both directions.

extension PromptEntry {
    init(_ message: PromptMessage) throws(Failure) {
        // OpenAI's newer word for the same role.
        let word = message.role == "developer" ? "system" : message.role
        guard let role = Role(rawValue: word) else {
            throw .badArgument(
                "A message has the unknown role '\(message.role.prefix(32))'.", reason: "invalid_messages")
        }
        self.init(
            role, message.content, name: message.name, toolCalls: message.toolCallsJSON,
            toolCallID: message.toolCallID, tokens: message.tokenIDs, tokenizer: message.tokenizer)
    }
}

extension PromptMessage {
    init(_ entry: PromptEntry) {
        self.init(
            role: entry.role.rawValue, content: entry.content, name: entry.name, toolCallsJSON: entry.toolCalls,
            toolCallID: entry.toolCallID, tokenIDs: entry.tokens, tokenizer: entry.tokenizer)
    }
}

extension Passage {
    init(_ citation: Citation) {
        self.init(
            number: citation.number, file: citation.fileID, passage: citation.passageID, filename: citation.filename,
            text: citation.text, score: citation.score, startByte: citation.startByte, endByte: citation.endByte)
    }
}

extension Citation {
    init(_ passage: Passage) {
        self.init(
            number: passage.number, fileID: passage.file, passageID: passage.passage, filename: passage.filename,
            text: passage.text, score: passage.score, startByte: passage.startByte, endByte: passage.endByte)
    }
}

extension TurnCitations {
    init(_ passages: [Passage], isDegraded: Bool) {
        self.init(citations: passages.map(Citation.init), isDegraded: isDegraded)
    }
}

extension TextRedaction {
    init(_ redaction: Redaction) {
        self.init(
            start: Int(clamping: redaction.startByte), end: Int(clamping: redaction.endByte),
            replacement: redaction.replacement)
    }
}

extension OutageMode {
    /// nil for an answer that says nothing of it.
    init?(_ mode: FailMode) {
        switch mode {
        case .open: self = .open
        case .closed: self = .closed
        default: return nil
        }
    }
}

extension Usage {
    init(_ tally: TokenTally) {
        self.init(promptTokens: tally.prompt, cachedTokens: tally.cached, completionTokens: tally.completion)
    }
}

extension TurnFinished {
    /// What is told is what was settled: a released turn used nothing.
    init(_ ending: TurnEnding, tally: TokenTally, item: ItemID?) {
        self.init(
            finishReason: ending.finishReason, usage: Usage(ending.commit == .settle ? tally : TokenTally()),
            itemID: item, errorReason: ending.error, errorMessage: ending.errorMessage)
    }

    init(_ known: KnownTurn) {
        self.init(
            finishReason: known.finishReason ?? "error",
            usage: Usage(known.state == .released ? TokenTally() : known.tally), chargedMicros: known.chargedMicros,
            itemID: known.item)
        if finishReason == "error" {
            errorReason = known.state == .expired ? "turn_expired" : "turn_failed"
            errorMessage = "The answer was cut off by a fault on our side."
        }
    }
}

extension TurnStarted {
    init(_ known: KnownTurn, id: TurnID) {
        self.init(
            turnID: id, model: known.model, createdAtUs: known.createdAt.microseconds,
            conversationID: known.conversation)
    }
}

extension WorkClass {
    init(_ serviceClass: ServiceClass) {
        switch serviceClass {
        case .premium: self = .premium
        case .standard: self = .standard
        case .batch: self = .batch
        }
    }
}

extension GenerateRequest {
    init(_ ready: TurnStory.Ready, of story: TurnStory) {
        let request = story.request
        self.init(
            turnID: request.turnID, epoch: story.turn.key.epoch, model: request.model,
            messages: ready.prompt.messages.map(PromptMessage.init), toolsJSON: request.toolsJSON,
            prefixBlocks: ready.hashes.blocks + story.names(ready),
            tenantSalt: story.parts.salt(of: story.principal.organisation),
            workClass: WorkClass(ServiceClass(story.principal.plan)), sampling: request.sampling,
            maxCompletionTokens: story.maxCompletionTokens, stop: request.stop,
            topLogprobs: request.topLogprobs, toolChoice: request.toolChoice, toolName: request.toolName,
            parallelToolCalls: request.parallelToolCalls, responseFormatJSON: request.responseFormatJSON)
    }
}

extension WorkOutcome {
    init(_ failure: Failure, wasCancelled: Bool) {
        // Time that ran out says nothing of the worker: one that hangs falls silent, and that is seen.
        if wasCancelled || failure.code == .cancelled || failure.code == .deadlineExceeded {
            self = .abandoned
            return
        }
        switch failure.code {
        case .invalidArgument, .notFound, .resourceExhausted, .failedPrecondition, .aborted, .permissionDenied,
            .unauthenticated, .unimplemented, .outOfRange:
            self = .refused
        case .unavailable where failure.reason == "draining":
            self = .refused
        default:
            self = .fault
        }
    }
}

extension Failure {
    /// Whether another worker may do better with the same request.
    var isWorthAnotherWorker: Bool {
        switch code {
        // A worker that is full, drains, broke or does not have the model after all.
        case .resourceExhausted, .unavailable, .internal, .unknown, .notFound, .dataLoss: true
        default: false
        }
    }

    /// The status of a call whose turn ended by this without a byte of answer; nil for ends that are no failure.
    init?(_ end: GenerationEnd) {
        guard case .failed(let word, let message) = end else { return nil }
        self.init(.unavailable, message, reason: word, retry: .after(.seconds(1)))
    }
}
