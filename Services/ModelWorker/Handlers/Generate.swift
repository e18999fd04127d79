// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives
import RPC
import Synchronization

extension ModelWorkerService {
    /// Generates one answer and streams it.
    ///
    /// A turn has one owner: the call takes the turn over from an older epoch, whose own call ends, and is refused when
    /// a newer one runs here. When the caller goes away its sequence is freed before the next step.
    func generate(
        _ request: GenerateRequest, _ context: CallContext, _ writer: StreamWriter<GenerateEvent>
    ) async throws {
        try admit(model: request.model)
        let generation = try GenerationRequest(request, for: self, as: nextRequest(), deadline: context.deadline)
        try takeOver(request.turnID, epoch: request.epoch, as: generation.id)
        defer { turns.withLock { $0.end(request.turnID, as: generation.id) } }
        let gathering = TokenGathering(writer, interval: defaults.gathering)
        do {
            try await engine.withGeneration(generation) { stream in
                while let event = try await stream.next() {
                    try await send(event, of: generation, gathering, writer)
                }
            }
        } catch {
            // Whatever ended it: what was made goes before it, unless its reader has enough to read. Nobody waits for a
            // reader then: what did not leave is made again elsewhere.
            gathering.flushNow()
            throw Failure(modelWorker: error)
        }
    }

    private func send(
        _ event: GenerationEvent, of generation: GenerationRequest, _ gathering: TokenGathering,
        _ writer: StreamWriter<GenerateEvent>
    ) async throws(Failure) {
        switch event {
        case .started(let start):
            try await writer.send(started(start, seed: generation.sampling.seed))
        case .tokens(let tokens):
            if !tokens.reports.isEmpty {
                // They stand before their tokens.
                try await gathering.flush()
                try await writer.send(GenerateEvent(kind: .logprobs(AnswerLogprobs(tokens))))
            }
            try await gathering.send(TokenChunk(tokens))
            if !tokens.reports.isEmpty { try await gathering.flush() }
        case .finished(let end):
            try await gathering.flush()
            try await writer.send(GenerateEvent(kind: .finished(GenerateFinished(end))))
        }
    }

    /// Refuses what is meant for another worker, or comes while this one empties.
    private func admit(model: String) throws(Failure) {
        guard !isDraining else { throw engine.isReachable ? .draining : .upstreamAway }
        guard AdapterName.adapter(in: model, of: engine.profile.model) != nil else { throw .unknownModel(model) }
    }

    private func takeOver(_ turn: TurnID, epoch: UInt32, as id: RequestID) throws(Failure) {
        do {
            let displaced = try turns.withLock { turns throws(RunningTurns.StaleEpoch) in
                try turns.begin(turn, epoch: epoch, as: id)
            }
            if let displaced { engine.cancel(displaced, .displaced) }
        } catch {
            throw .staleEpoch(error)
        }
    }

    private func started(_ start: GenerationStart, seed: UInt64) -> GenerateEvent {
        GenerateEvent(
            kind: .started(
                GenerateStarted(
                    promptTokens: UInt32(clamping: start.promptTokens),
                    cachedTokens: UInt32(clamping: start.cachedTokens), tokenizer: engine.profile.tokenizer,
                    templateHash: engine.profile.templateHash, seed: seed,
                    promptDigest: start.promptDigest)))
    }
}

extension TokenChunk {
    fileprivate init(_ tokens: GeneratedTokens) {
        self.init(
            seq: UInt32(clamping: tokens.first), count: UInt16(clamping: tokens.count),
            text: String(decoding: tokens.text, as: UTF8.self), ids: tokens.ids)
    }
}

extension AnswerLogprobs {
    fileprivate init(_ tokens: GeneratedTokens) {
        self.init(
            seq: UInt32(clamping: tokens.first),
            tokens: tokens.reports.map { report in
                TokenLogprob(
                    spelling: report.spelling, logprob: report.logprob,
                    top: report.alternatives.map { TokenAlternative(spelling: $0.spelling, logprob: $0.logprob) })
            })
    }
}

extension GenerateFinished {
    fileprivate init(_ end: GenerationEnd) {
        self.init(
            finishReason: end.reason.rawValue,
            usage: Usage(
                promptTokens: UInt32(clamping: end.promptTokens), cachedTokens: UInt32(clamping: end.cachedTokens),
                completionTokens: UInt32(clamping: end.completionTokens)),
            computedTokens: UInt32(clamping: end.computedTokens),
            queueUs: UInt32(clamping: end.queued.nanoseconds / 1_000),
            prefillUs: UInt32(clamping: end.prefill.nanoseconds / 1_000),
            decodeUs: UInt32(clamping: end.decode.nanoseconds / 1_000), isTimeLimited: end.isTimeLimited,
            preemptions: UInt32(clamping: end.preemptions), schemaViolation: end.violation)
    }
}
