// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
import Messages
import NIOCore
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC

/// Asking a worker, with moderation reading along.
extension TurnStory {
    typealias Judge = StreamWriter<JudgeStreamInput>
    /// The most chunks judged in one message.
    private static let judgedTogether = 64

    /// Runs generation to its end. Returns when every byte of the answer has been judged.
    func answer(_ ready: Ready) async throws -> GenerationEnd {
        guard parts.bounds.isOutputJudged else { return try await generateSomewhere(ready, judge: nil) }
        var isConnected = false
        do {
            return try await parts.moderation.judgeStream(context) { judge, verdicts in
                isConnected = true
                return try await judgedAnswer(ready, judge, verdicts)
            }
        } catch  where !isConnected {
            try goOnUnjudged(error)
            return try await generateSomewhere(ready, judge: nil)
        }
    }

    /// Moderation could not be asked at all.
    /// - Throws: the same when that is not moderation's fault.
    @inline(never)
    private func goOnUnjudged(_ error: any Error) throws {
        guard let failure = error as? Failure, !Task.isCancelled, !context.deadline.hasPassed(at: parts.time.now())
        else { throw error }
        loseModeration(failure)
    }

    private func judgedAnswer(
        _ ready: Ready, _ judge: Judge, _ verdicts: StreamReader<JudgeStreamOutput>
    ) async throws -> GenerationEnd {
        if !tellNow(judge, start) { await tell(judge, [start]) }
        verdicts.listen { self.hear($0) }
        let end = try await generateSomewhere(ready, judge: judge)
        if !tellNow(judge, lastWord) { await tell(judge, [lastWord]) }
        judge.finish()
        await turn.wait(until: .released)
        // Moderation ends its half after its last word; a turn that is to end for another reason does not wait.
        await turn.wait(until: .heardOut)
        return end
    }

    // Made where it is sent: a value of this size would stay in the waiting frame.
    private var start: JudgeStreamInput { JudgeStreamInput(kind: .start(JudgeStreamStart(direction: .output))) }
    /// Whatever a partial match still holds is to be released or redacted now.
    private var lastWord: JudgeStreamInput {
        JudgeStreamInput(
            kind: .chunk(JudgeStreamChunk(offset: UInt64(turn.state.window.end), text: "", isLast: true)))
    }

    /// Sends to moderation if nothing has to be waited for; that it is gone is noticed by the reader too, and treated
    /// there the same way.
    /// - Returns: false when it has to be waited for.
    @inline(never)
    private func tellNow(_ judge: Judge, _ input: JudgeStreamInput) -> Bool {
        do throws(Failure) {
            return try judge.sendNow(input)
        } catch {
            if !Task.isCancelled { loseModeration(error) }
            return true
        }
    }

    @inline(never)
    private func tell(_ judge: Judge, _ inputs: [JudgeStreamInput]) async {
        do throws(Failure) {
            for input in inputs { try await judge.send(input) }
        } catch {
            if !Task.isCancelled { loseModeration(error) }
        }
    }

    /// One word of moderation, or its end. Nobody hears it after the answer's task has left the call.
    private func hear(_ said: Result<JudgeStreamOutput?, Failure>) {
        switch said {
        case .success(let verdict?):
            if let mode = OutageMode(verdict.failMode) { parts.outage.note(mode, for: principal.organisation) }
            return turn.judged(
                upTo: Int(clamping: verdict.releasedUpTo), redactions: verdict.redactions.map(TextRedaction.init),
                stop: verdict.stopReason, at: parts.time.now())
        // A stream that ends while text is not judged has not done its work.
        case .success(nil): if !turn.isJudged { loseModeration(nil) }
        case .failure(let failure): loseModeration(failure)
        }
        turn.verdictsEnded()
    }

    private func loseModeration(_ failure: Failure?) {
        let mode = parts.outage.mode(for: principal.organisation)
        parts.logger.warning(
            "moderation was lost",
            metadata: [
                "turn": "\(request.turnID)", "mode": "\(mode.rawValue)",
                "failure": "\(failure?.description ?? "ended")",
            ])
        turn.moderationLost(mode)
    }

    // MARK: Workers

    /// Asks workers until one finishes the answer. Before the first token any other worker will do; after it, one that
    /// can go on from what is there.
    private func generateSomewhere(_ ready: Ready, judge: Judge?) async throws -> GenerationEnd {
        let work = work(ready)
        let whole = GenerateRequest(ready, of: self)
        parts.warmUp.note(
            ready.history.isEmpty ? ready.new : ready.history, tools: whole.toolsJSON, model: request.model,
            salt: whole.tenantSalt, preamble: ready.hashes.preamble)
        var tries = WorkerTries(
            maxAttempts: parts.bounds.maxAttempts, maxContinuations: parts.bounds.maxContinuations)
        while true {
            var placement = try await place(work, tries)
            progress.note { $0.placement = placement }
            guard let next = ask(whole, at: placement, &tries) else { return .finished("length") }
            do {
                let finished = try await self.generate(
                    next.request, next.way, on: &placement, judge: judge, work: tries.last == nil ? work : nil, &tries)
                // Of an answer that went on here it is not known how much was made here.
                let produced = next.way == nil ? Int(finished.usage.completionTokens) : 0
                parts.fleet.finished(placement, .served, produced: produced)
                if tries.isContinued { ContinuationMetrics.ends(.finished) }
                return GenerationEnd(finished)
            } catch {
                try prepareAnother(after: error, from: placement, &tries)
            }
        }
    }

    /// What the worker is asked, and how it is told where to go on.
    /// - Returns: nil when every token the client wants is there.
    @inline(never)
    private func ask(
        _ whole: GenerateRequest, at placement: Placement, _ tries: inout WorkerTries
    ) -> (request: GenerateRequest, way: ContinuationWay?)? {
        guard let lost = tries.last, turn.hasChunks else { return (whole, nil) }
        guard let next = continued(whole, at: placement) else {
            parts.fleet.finished(placement, .abandoned)
            return nil
        }
        tries.isContinued = true
        noteContinuation(lost, next.way, at: placement)
        return next
    }

    /// Takes note of a call that failed.
    /// - Throws: the failure, when no other worker is to be asked.
    @inline(never)
    private func prepareAnother(
        after error: any Error, from placement: Placement, _ tries: inout WorkerTries
    ) throws {
        let failure = Failure.untranslated(error)
        let outcome = WorkOutcome(failure, wasCancelled: Task.isCancelled)
        parts.fleet.finished(placement, outcome)
        let now = parts.time.now()
        guard failure.isWorthAnotherWorker, !context.deadline.hasPassed(at: now),
            tries.failed(placement, failure, outcome, hasBegun: turn.hasChunks, length: turn.length, at: now)
        else {
            if tries.isContinued { ContinuationMetrics.ends(outcome == .abandoned ? .abandoned : .failed) }
            throw failure
        }
        parts.logger.notice(
            "another worker is tried",
            metadata: [
                "turn": "\(request.turnID)", "worker": "\(placement.worker)", "failure": "\(failure)",
            ])
    }

    /// One call to one worker. Returns its last word.
    /// - Parameter work: the same as the scheduler sees it, where another worker may be asked beside this one.
    private func generate(
        _ generate: GenerateRequest, _ way: ContinuationWay?, on placement: inout Placement, judge: Judge?,
        work: WorkRequest?, _ tries: inout WorkerTries
    ) async throws -> GenerateFinished {
        let patience = work == nil ? nil : parts.hedging.patience(with: placement, of: request.model)
        return try await parts.workers.client(of: placement.worker).generate(generate, context) { elements in
            var said: Said?
            if let patience, let work {
                switch try await opening(
                    of: elements, generate, work, after: patience, at: &placement, &tries, judge)
                {
                case .first(let first): said = first
                case .second(let finished): return finished
                }
            }
            return try await read(elements, after: said, at: placement, way, judge)
        }
    }

    /// Reads a call to its end.
    /// - Parameter said: what was read of it before.
    func read(
        _ elements: Elements, after said: Said?, at placement: Placement, _ way: ContinuationWay?, _ judge: Judge?
    ) async throws -> GenerateFinished {
        var end: GenerateFinished?
        var hasBegun = false
        while true {
            let element: StreamElement<GenerateEvent>
            if let first = said?.take() {
                element = first
            } else if let next = try await elements.next() {
                element = next
            } else {
                return try finished(end)
            }
            switch element {
            case .tokens(let chunk):
                if turn.isWhole {
                    guard chunk.count > 0 else { continue }
                    ContinuationMetrics.diverges(.end)
                    return GenerateFinished(finishReason: "stop", usage: Usage())
                }
                if !hasBegun { firstToken(from: placement, way) }
                hasBegun = true
                let taken = take(chunk, elements, judge)
                if let late = taken.late, let judge { await tell(judge, [late]) }
                if let failure = taken.failure { throw failure }
                if !turn.holdsNow(.room) {
                    await turn.wait(until: .room)
                    try Task.checkCancellation()
                }
            case .event(let event): try take(event, of: placement, way, &end)
            }
        }
    }

    @inline(never)
    private func firstToken(from placement: Placement, _ way: ContinuationWay?) {
        guard let took = parts.fleet.firstToken(placement), way == nil else { return }
        parts.hedging.took(took, with: placement, of: request.model)
    }

    @inline(never)
    private func finished(_ end: GenerateFinished?) throws -> GenerateFinished {
        guard let end else { throw Failure.cutOff }
        return end
    }

    @inline(never)
    func take(
        _ event: GenerateEvent, of placement: Placement, _ way: ContinuationWay?, _ end: inout GenerateFinished?
    ) throws {
        switch event.kind {
        case .started(let started):
            try take(started, as: way)
            parts.fleet.counted(
                placement, promptTokens: Int(started.promptTokens), cachedTokens: Int(started.cachedTokens))
        case .finished(let finished):
            end = finished
            // A resumed answer's prompt holds what was produced before: the first worker's count stands.
            if way == nil { turn.counted(finished.usage) }
        case .logprobs(let logprobs): turn.noted(logprobs)
        case nil: break  // A kind a newer worker knows; nothing we could do with it.
        }
    }

    /// Takes a chunk in, and whatever has come behind it meanwhile. Each keeps its place in the answer; a turn that
    /// lags has them judged together.
    /// - Returns: what moderation is still to be told, when that has to be waited for, nearly always nothing; and what
    ///   ended the taking. What was taken in before that is told all the same: the next worker's text follows it.
    @inline(never)
    private func take(
        _ first: TokenChunk, _ elements: StreamReader<GenerateEvent>, _ judge: Judge?
    ) -> (late: JudgeStreamInput?, failure: Failure?) {
        let now = parts.time.now()
        var failure: Failure?
        var judged: (offset: Int, text: ByteBuffer)?
        var next: TokenChunk? = first
        var count = 0
        do throws(Failure) {
            while let chunk = next {
                let offset = try chunk.text.withUnsafeReadableBytes { text throws(Failure) in
                    try turn.offer(text, seq: chunk.seq, count: UInt32(chunk.count), tokens: chunk.ids, at: now)
                }
                if judged == nil {
                    judged = offset.map { ($0, chunk.text) }
                } else {
                    judged?.text.writeImmutableBuffer(chunk.text)
                }
                count += 1
                next = count < Self.judgedTogether ? try elements.nextReadyTokens() : nil
            }
        } catch {
            failure = error
        }
        guard let judged, let judge else { return (nil, failure) }
        let input = JudgeStreamInput(
            kind: .chunk(JudgeStreamChunk(offset: UInt64(judged.offset), text: String(buffer: judged.text))))
        return (tellNow(judge, input) ? nil : input, failure)
    }

    /// What the scheduler is told of this turn.
    private func work(_ ready: Ready) -> WorkRequest {
        var work = WorkRequest(
            model: request.model, kind: .chat, blocks: ready.hashes.blocks, spread: ready.hashes.spread,
            promptTokens: Int(ready.prompt.estimatedTokens), maxOutputTokens: Int(maxCompletionTokens),
            tenant: principal.organisation.uuid.low, serviceClass: ServiceClass(principal.plan),
            draw: request.turnID.uuid.low, turn: request.turnID.uuid)
        work.hints = hints(ready)
        work.until = context.deadline.instant
        return work
    }

    /// The names under which a worker may hold what was said before this turn's messages.
    private func hints(_ ready: Ready) -> [UInt64] {
        var hints: [UInt64] = []
        if let id = request.conversationID { hints.append(id.affinity) }
        if let hash = ready.hashes.afterLastAnswer { hints.append(hash) }
        if let hash = ready.hashes.beforeLastAnswer { hints.append(hash) }
        return hints
    }

    /// The names by which the next turn will ask for what this one's worker holds: the conversation, or all that has
    /// been said. The worker keeps them with the blocks and tells every orchestrator. A short prompt has no block.
    func names(_ ready: Ready) -> [UInt64] {
        request.conversationID.map { [$0.affinity, ready.hashes.whole] } ?? [ready.hashes.whole]
    }

    /// Takes a place at a worker, in line where there is none; waits a little when the fleet is just coming up.
    func place(_ work: WorkRequest, within wait: Duration? = nil) async throws -> Placement {
        do {
            return try await parts.fleet.place(work, patience: wait ?? parts.bounds.placementWait)
        } catch let refusal as PlacementRefusal {
            throw Failure(refusal, model: work.model)
        }
    }
}

extension GenerationEnd {
    /// An answer that breaks the schema it was to keep is no answer: whoever asked for the schema reads it by machine.
    init(_ finished: GenerateFinished) {
        if let violation = finished.schemaViolation {
            self = .failed(
                word: "schema_violation", message: "The answer does not keep the schema: \(violation.prefix(200)).")
        } else {
            self = .finished(finished.finishReason)
        }
    }
}

extension ConversationID {
    /// The conversation as a name of its prefix, beside the blocks' hashes.
    var affinity: UInt64 { uuid.high ^ (uuid.low &* 0x9E37_79B9_7F4A_7C15) }
}

extension ServiceClass {
    init(_ plan: Plan) {
        switch plan {
        case .enterprise: self = .premium
        case .pro: self = .standard
        case .free: self = .batch
        }
    }
}
