// SPDX-License-Identifier: Apache-2.0

import Logging
import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC

/// Going on with an answer whose worker is gone.
///
/// The next worker is given what there is and sends what follows. What has been taken in here is the answer, whatever
/// else a dead worker computed: it is charged once, and the window and the log never see a token twice.
extension TurnStory {
    /// The request for the next worker of an answer that has begun, and how it is told where to go on.
    /// - Returns: no request when every token the client wants is there.
    func continued(
        _ generate: GenerateRequest, at placement: Placement
    ) -> (request: GenerateRequest, way: ContinuationWay)? {
        var request = generate
        let replay = turn.replay
        let tokenizer = parts.fleet.tokenizer(of: generate.model, at: placement.worker)
        if let tokens = replay.tokens, tokenizer == nil || tokenizer == replay.tokenizer {
            request.resumeTokens = tokens
            request.resumeText = nil
            if let seed = replay.seed { request.sampling.seed = seed }
            return (request, .tokens)
        }
        guard replay.count < maxCompletionTokens else { return nil }
        turn.continuesFromText()
        request.resumeTokens = []
        request.resumeText = replay.text
        request.maxCompletionTokens = maxCompletionTokens - replay.count
        return (request, .text)
    }

    /// Says that the turn goes on, in the log and in numbers.
    func noteContinuation(_ failure: Failure, _ way: ContinuationWay, at placement: Placement) {
        let replay = turn.replay
        let cause = ContinuationCause(failure)
        ContinuationMetrics.goesOn(cause, way, tokens: Int(replay.promptTokens) + Int(replay.count))
        parts.logger.notice(
            "an answer goes on at another worker",
            metadata: [
                "turn": "\(request.turnID)", "cause": "\(cause.rawValue)", "way": "\(way.rawValue)",
                "worker": "\(placement.worker)", "tokens": "\(replay.count)",
            ])
    }

    /// A worker has begun. One that goes on from tokens must see them as the first one did.
    func take(_ started: GenerateStarted, as way: ContinuationWay?) throws(Failure) {
        guard let origin = turn.started(started), way == .tokens else { return }
        if started.tokenizer != origin.tokenizer {
            ContinuationMetrics.diverges(.tokenizer)
            throw .otherTokenizer
        }
        if started.templateHash != origin.templateHash { ContinuationMetrics.diverges(.template) }
        // Workers before this sum was told compare by their number alone.
        let isOther = started.promptDigest.map { $0 != origin.promptDigest ?? $0 } ?? false
        if isOther || started.promptTokens != origin.promptTokens {
            ContinuationMetrics.diverges(.prompt)
            parts.logger.warning(
                "an answer goes on from another prompt",
                metadata: [
                    "turn": "\(request.turnID)", "tokens": "\(started.promptTokens)", "was": "\(origin.promptTokens)",
                ])
        }
    }

    /// Takes a place; waits for a model that may rest and has to come up first.
    private func placeOrHold(_ work: WorkRequest) async throws -> Placement {
        do {
            return try await place(work)
        } catch {
            guard parts.held.mayWait(work.model, after: Failure.untranslated(error)) else { throw error }
            guard parts.held.enter(work.model) else { throw Failure.tooManyHeld }
            defer { parts.held.leave(work.model) }
            let patience = deadline(parts.held.patience)
            while true {
                do {
                    return try await place(work, within: .seconds(1))
                } catch {
                    let failure = Failure.untranslated(error)
                    guard parts.held.mayWait(work.model, after: failure) else { throw error }
                    // It is known here, whatever the fleet has heard of.
                    if patience.hasPassed(at: parts.time.now()) { throw Failure(.noneReady, model: work.model) }
                    // A fleet that has spoken says so at once.
                    try await Task.sleep(for: WorkerTries.busyPause)
                }
            }
        }
    }

    /// Takes a place at a worker that has not failed this turn in its present life. An answer that has begun waits
    /// longer for one than a turn that can still be refused.
    func place(_ work: WorkRequest, _ tries: WorkerTries) async throws -> Placement {
        guard let last = tries.last else { return try await placeOrHold(work) }
        let wait = turn.hasChunks ? parts.bounds.continuationWait : parts.bounds.placementWait
        let patience = min(
            Deadline.after(wait, from: tries.lostAt ?? parts.time.now()), context.deadline)
        var work = work
        while true {
            work.excluded = tries.excluded(at: parts.time.now()) { parts.fleet.instance(of: $0) }
            do {
                return try await place(work, within: WorkerTries.busyPause)
            } catch {
                let failure = Failure.untranslated(error)
                let isOverloaded = failure.reason == "overloaded" && turn.hasChunks
                if failure.reason == "no_worker" || isOverloaded, !patience.hasPassed(at: parts.time.now()) {
                    // Said at once; half an answer is worth looking again.
                    if isOverloaded { try await Task.sleep(for: WorkerTries.busyPause) }
                    continue
                }
                if tries.isContinued { ContinuationMetrics.ends(Task.isCancelled ? .abandoned : .failed) }
                // Only those that just failed would do: their own failure says more than ours.
                throw last
            }
        }
    }
}

extension FleetRegistry {
    /// Which life of a worker is known now.
    func instance(of worker: WorkerAddress) -> UInt64? { self.worker(worker)?.report?.instance }

    /// The vocabulary of a model at a worker; nil when the worker is not heard or does not say.
    func tokenizer(of model: String, at worker: WorkerAddress) -> String? {
        let served = self.worker(worker)?.report?.models.first { $0.name == model }
        return served.flatMap { $0.tokenizer.isEmpty ? nil : $0.tokenizer }
    }
}
