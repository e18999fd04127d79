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
    private typealias Judge = StreamWriter<JudgeStreamInput>
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
        } catch let failure as Failure where !isConnected {
            if Task.isCancelled || context.deadline.hasPassed(at: parts.time.now()) { throw failure }
            loseModeration(failure)
            return try await generateSomewhere(ready, judge: nil)
        }
    }

    private func judgedAnswer(
        _ ready: Ready, _ judge: Judge, _ verdicts: StreamReader<JudgeStreamOutput>
    ) async throws -> GenerationEnd {
        try await withThrowingTaskGroup(of: Void.self) { group in
            await tell(judge, .start(JudgeStreamStart(direction: .output)))
            group.addTask { await readVerdicts(verdicts) }
            let end = try await generateSomewhere(ready, judge: judge)
            // The last word: whatever a partial match still holds is to be released or redacted now.
            await tell(judge, .chunk(JudgeStreamChunk(offset: UInt64(turn.state.window.end), text: "", isLast: true)))
            judge.finish()
            await turn.wait(until: .released)
            // Moderation ends its half after its last word; a turn that is to end for another reason does not wait.
            if turn.asked == nil { try await group.waitForAll() } else { group.cancelAll() }
            return end
        }
    }

    /// Sends to moderation; that it is gone is noticed by the reader too, and treated there the same way.
    private func tell(_ judge: Judge, _ input: JudgeStreamInput.Kind) async {
        do throws(Failure) {
            try await judge.send(JudgeStreamInput(kind: input))
        } catch {
            if !Task.isCancelled { loseModeration(error) }
        }
    }

    private func readVerdicts(_ verdicts: StreamReader<JudgeStreamOutput>) async {
        do {
            while let verdict = try await verdicts.nextEvent() {
                if let mode = OutageMode(verdict.failMode) { parts.outage.note(mode, for: principal.organisation) }
                turn.judged(
                    upTo: Int(clamping: verdict.releasedUpTo), redactions: verdict.redactions.map(TextRedaction.init),
                    stop: verdict.stopReason, at: parts.time.now())
            }
            // A stream that ends while text is not judged has not done its work.
            if !turn.isJudged { loseModeration(nil) }
        } catch {
            if !Task.isCancelled { loseModeration(error) }
        }
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
    /// can go on from the tokens that are there.
    private func generateSomewhere(_ ready: Ready, judge: Judge?) async throws -> GenerationEnd {
        var work = work(ready)
        var generate = GenerateRequest(ready, of: self)
        var attempt = 1
        while true {
            let placement = try await place(work)
            progress.note { $0.placement = placement }
            do {
                let finished = try await self.generate(generate, on: placement, judge: judge)
                parts.fleet.finished(placement, .served, produced: Int(finished.usage.completionTokens))
                return .finished(finished.finishReason)
            } catch {
                let failure = Failure.untranslated(error)
                let outcome = WorkOutcome(failure, wasCancelled: Task.isCancelled)
                parts.fleet.finished(placement, outcome)
                guard outcome != .abandoned, failure.isWorthAnotherWorker, attempt < parts.bounds.maxAttempts,
                    !context.deadline.hasPassed(at: parts.time.now())
                else { throw failure }
                if turn.hasChunks {
                    guard outcome == .fault, let replay = turn.replay else { throw failure }
                    generate.resumeTokens = replay.tokens
                    if let seed = replay.seed { generate.sampling.seed = seed }
                }
                parts.logger.notice(
                    "another worker is tried",
                    metadata: [
                        "turn": "\(request.turnID)", "worker": "\(placement.worker)", "failure": "\(failure)",
                        "tokens": "\(generate.resumeTokens.count)",
                    ])
                attempt += 1
                work.excluded.insert(placement.worker)
            }
        }
    }

    /// One call to one worker. Returns its last word.
    private func generate(
        _ generate: GenerateRequest, on placement: Placement, judge: Judge?
    ) async throws -> GenerateFinished {
        try await parts.workers.client(of: placement.worker).generate(generate, context) { elements in
            var end: GenerateFinished?
            var hasBegun = false
            while let element = try await elements.next() {
                switch element {
                case .tokens(let chunk):
                    if !hasBegun { parts.fleet.firstToken(placement) }
                    hasBegun = true
                    try await take(chunk, elements, judge)
                case .event(let event):
                    switch event.kind {
                    case .started(let started):
                        turn.started(started)
                        parts.fleet.counted(
                            placement, promptTokens: Int(started.promptTokens),
                            cachedTokens: Int(started.cachedTokens))
                    case .finished(let finished):
                        end = finished
                        // A resumed answer's prompt holds what was produced before: the first worker's count stands.
                        if generate.resumeTokens.isEmpty { turn.counted(finished.usage) }
                    case .logprobs: break
                    case nil: break  // A kind a newer worker knows; nothing we could do with it.
                    }
                }
            }
            guard let end else {
                throw Failure(.unavailable, "The answer was cut off.", reason: "worker_lost", retry: .now)
            }
            return end
        }
    }

    /// Takes a chunk in, and whatever has come behind it meanwhile. Each keeps its place in the answer; a turn that
    /// lags has them judged together.
    private func take(
        _ first: TokenChunk, _ elements: StreamReader<GenerateEvent>, _ judge: Judge?
    ) async throws(Failure) {
        let now = parts.time.now()
        var judged: (offset: Int, text: ByteBuffer)?
        var next: TokenChunk? = first
        var count = 0
        while let chunk = next {
            let offset = chunk.text.withUnsafeReadableBytes { text in
                turn.offer(text, seq: chunk.seq, count: UInt32(chunk.count), tokens: chunk.ids, at: now)
            }
            if judged == nil {
                judged = offset.map { ($0, chunk.text) }
            } else {
                judged?.text.writeImmutableBuffer(chunk.text)
            }
            count += 1
            next = count < Self.judgedTogether ? try elements.nextReadyTokens() : nil
        }
        if let judged, let judge {
            await tell(
                judge,
                .chunk(JudgeStreamChunk(offset: UInt64(judged.offset), text: String(buffer: judged.text))))
        }
        if !turn.holdsNow(.room) {
            await turn.wait(until: .room)
            if Task.isCancelled { throw .cancelled }
        }
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

    /// Takes a place at a worker, in line where there is none; waits a little when the fleet is just coming up.
    private func place(_ work: WorkRequest) async throws -> Placement {
        do {
            return try await parts.fleet.place(work, patience: parts.bounds.placementWait)
        } catch let refusal as PlacementRefusal {
            throw Failure(refusal, model: work.model)
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
