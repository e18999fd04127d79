// SPDX-License-Identifier: Apache-2.0

import Logging
import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
import RPC

/// The end of a turn: what was said and what it costs become durable together, then everybody is told.
extension TurnStory {
    /// The call failed before the model was asked: nothing was said and nothing is charged.
    func giveUp(_ error: any Error, leaving place: OpeningLine.Place) async {
        // What the row says comes first: a turn that is known already is not refused a second time, and a conversation
        // that does not exist is nobody's to be judged in.
        var failure = Failure.ofStore(error)
        do {
            try await acceptance.wait()
        } catch let known as KnownTurnFound {
            return turn.publish(.known(known.turn))
        } catch {
            failure = Failure.ofStore(error)
        }
        let asked = turn.asked
        turn.publish(asked == .cancelled ? .failed(.cancelled) : .failed(failure))
        // What follows may take as long as Postgres is patient with us, and nobody in line waits for it.
        place.leave()
        guard progress.facts.isAccepted else { return }
        let ending = TurnEnding(
            asked ?? .failed(word: failure.reason, message: failure.message), tally: TokenTally())
        _ = await write(ended(ending, TokenTally(), item: nil))
    }

    func settle(_ ready: Ready, _ end: GenerationEnd, _ failure: Failure?) async {
        defer { if progress.facts.isUnreserved { parts.unreserved.leave() } }
        do {
            try await acceptance.wait()
        } catch let known as KnownTurnFound {
            return turn.publish(.known(known.turn))
        } catch {
            // Without a row there is nothing to end; one whose answer was lost on the way is the sweeper's.
            return turn.publish(.failed(failure ?? Failure.ofStore(error)))
        }
        await parts.runner.closeLog(of: turn)
        if turn.isOwnershipLost { return turn.publish(.failed(.turnLost)) }
        let state = turn.state
        let ending = TurnEnding(end, tally: state.tally)
        // Nothing left: the call's own status tells why, and nobody has to wait for the release.
        if state.tally.completion == 0, let failure = failure ?? Failure(end) {
            turn.publish(.failed(failure))
            _ = await write(ended(ending, state.tally, item: nil))
            return await forgetConversation()
        }
        let item = isStored && ending.commit == .settle ? answerItem(ready, state, ending) : nil
        switch await write(ended(ending, state.tally, item: item)) {
        case .ended(let row):
            await finish(ready, state, ending, item, row)
        case .lost:
            turn.publish(.failed(.turnLost))
            await forgetConversation()
        case nil:
            // Postgres does not answer. The row's lease runs out, and whoever sweeps settles what the log holds.
            var finished = TurnFinished(ending, tally: state.tally, item: nil)
            if isStored {
                finished.finishReason = "error"
                finished.errorReason = "not_saved"
                finished.errorMessage = "The answer is complete but could not be saved yet."
            }
            turn.publish(.finished(finished))
        }
    }

    /// The turn's end is durable; what follows is told to billing, to the caches and to whoever follows.
    private func finish(
        _ ready: Ready, _ state: LiveTurnState, _ ending: TurnEnding, _ item: NewItem?, _ row: Int64?
    ) async {
        async let remembered: Void = remember(ready, state, ending, item)
        var finished = TurnFinished(ending, tally: state.tally, item: item?.id)
        if let row, ending.commit == .settle {
            if let reply = await parts.relay.settleNow(row, settlement(ending, state.tally), context) {
                finished.chargedMicros = reply.chargedMicros
                finished.currency = reply.currency
            }
        } else if let row {
            await parts.relay.releaseNow(row, release(ending), context)
        }
        await remembered
        await noteEnd(finished)
        turn.publish(.finished(finished))
    }

    /// The last entry of the log, for those who follow it elsewhere or resume.
    private func noteEnd(_ finished: TurnFinished) async {
        do {
            _ = try await parts.log.append(
                [.finished(finished.withEncoded { Array($0) })], to: turn.key, keep: parts.bounds.logLifetime,
                deadline: .after(parts.bounds.cacheDeadline, from: parts.time.now()))
        } catch {
            parts.logger.warning(
                "the turn log has no end", metadata: ["turn": "\(request.turnID)", "error": "\(error)"])
        }
    }

    /// Where this prefix lives now, for the next turn; and the conversation as it stands.
    private func remember(_ ready: Ready, _ state: LiveTurnState, _ ending: TurnEnding, _ item: NewItem?) async {
        let deadline = Deadline.after(parts.bounds.cacheDeadline, from: parts.time.now())
        do {
            if let placement = progress.facts.placement, ending.commit == .settle {
                let said = mayCall ? CallReader.split(state.answer.text).content : state.answer.text
                let text = String(decoding: said, as: UTF8.self)
                let prefix = request.conversationID?.affinity ?? ready.hashes.after(answer: text)
                parts.fleet.remember([prefix, ready.hashes.whole], of: placement)
            }
            if ending.commit == .release { return await forgetConversation() }
            if let id = request.conversationID {
                let now = ready.history + ready.new + (item.map { [$0.entry] } ?? [])
                try await parts.cache.endWrite(now, of: id, owner: owner, turn: request.turnID, deadline: deadline)
            }
        } catch {
            parts.logger.warning("caches were not written", metadata: ["error": "\(error)"])
        }
    }

    /// The cache may hold the mark of this turn, or messages that a released turn took back.
    private func forgetConversation() async {
        guard let id = request.conversationID else { return }
        do {
            try await parts.cache.drop(
                id, owner: owner, deadline: .after(parts.bounds.cacheDeadline, from: parts.time.now()))
        } catch {
            parts.logger.warning("the conversation cache is not dropped", metadata: ["error": "\(error)"])
        }
    }

    // MARK: What is written

    /// Writes the end, again and again for a bounded time; nil when Postgres did not answer at all.
    private func write(_ ended: EndedTurn) async -> EndResult? {
        let patience = Deadline.after(parts.bounds.settlePatience, from: parts.time.now())
        var pause = Duration.milliseconds(50)
        while true {
            do {
                let one = Deadline.after(parts.bounds.storeDeadline, from: parts.time.now())
                return try await parts.turns.end(turn.key, ended, deadline: one)
            } catch {
                parts.logger.error(
                    "a turn's end is not written", metadata: ["turn": "\(request.turnID)", "error": "\(error)"])
                guard !patience.hasPassed(at: parts.time.now()),
                    // A process that is torn down leaves the turn to the sweeper.
                    (try? await Task.sleep(for: pause)) != nil
                else { return nil }
                pause = min(pause * 2, .seconds(1))
            }
        }
    }

    private func ended(_ ending: TurnEnding, _ tally: TokenTally, item: NewItem?) -> EndedTurn {
        let payload: [UInt8]?
        switch ending.commit {
        case .settle: payload = settlement(ending, tally).withEncoded { Array($0) }
        case .release:
            payload = progress.facts.reservation == .asked ? release(ending).withEncoded { Array($0) } : nil
        }
        return EndedTurn(
            user: principal.user, conversation: request.conversationID, ending: ending, tally: tally, item: item,
            payload: payload, grace: parts.bounds.outboxGrace)
    }

    private func settlement(_ ending: TurnEnding, _ tally: TokenTally) -> SettleRequest {
        SettleRequest(
            turnID: request.turnID, organisationID: principal.organisation, projectID: principal.project,
            userID: principal.user, model: request.model, usage: Usage(tally), outcome: ending.outcome.rawValue,
            epoch: turn.key.epoch)
    }

    private func release(_ ending: TurnEnding) -> ReleaseRequest {
        ReleaseRequest(
            turnID: request.turnID, organisationID: principal.organisation, reason: ending.outcome.rawValue,
            epoch: turn.key.epoch)
    }

    private func answerItem(_ ready: Ready, _ state: LiveTurnState, _ ending: TurnEnding) -> NewItem {
        // The ids stand for the text only when nothing of it was replaced.
        var tokens = state.window.hasRedacted ? [] : Array(state.answer.loggedTokens)
        var text = state.answer.text
        var calls: [ToolCall] = []
        if mayCall { (text, calls) = CallReader.split(text) }
        // A model's own notation of a call spells other text than what is stored.
        if !calls.isEmpty { tokens = [] }
        return NewItem(
            id: parts.itemID(after: ready.itemIDs.last),
            entry: PromptEntry(
                .assistant, String(storing: text),
                toolCalls: calls.isEmpty ? nil : JSONValue.array(calls.map(\.json)).text, tokens: tokens,
                tokenizer: tokens.isEmpty ? nil : state.tokenizer),
            model: request.model, finishReason: ending.finishReason)
    }
}

extension String {
    /// Text as a database takes it: Postgres has no NUL in texts, and a model may well write one.
    init(storing bytes: [UInt8]) {
        self.init(decoding: bytes.contains(0) ? bytes.filter { $0 != 0 } : bytes, as: UTF8.self)
    }
}
