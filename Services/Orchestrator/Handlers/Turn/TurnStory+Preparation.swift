// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
import Messages
import OrchestratorDomain
import Primitives
import RPC

/// What happens before the model is asked.
extension TurnStory {
    var owner: ConversationOwner { ConversationOwner(principal) }
    var isStored: Bool { request.isStored || request.conversationID != nil }

    func deadline(_ duration: Duration) -> Deadline {
        min(context.deadline, .after(duration, from: parts.time.now()))
    }

    var row: NewTurn {
        NewTurn(
            organisation: principal.organisation, turn: request.turnID, user: principal.user,
            project: principal.project, conversation: request.conversationID, isStored: isStored,
            model: request.model, owner: parts.process, lease: parts.bounds.lease)
    }

    /// Writes the turn's row. From here on a sweeper ends the turn if we do not.
    func accept() async {
        do {
            switch try await parts.turns.accept(row, deadline: deadline(parts.bounds.storeDeadline)) {
            case .accepted:
                progress.note { $0.isAccepted = true }
                acceptance.finish(.success(()))
            case .known(let turn): acceptance.finish(.failure(KnownTurnFound(turn: turn)))
            case .noSuchConversation: acceptance.finish(.failure(Failure.unknownConversation))
            }
        } catch {
            acceptance.finish(.failure(error))
        }
    }

    /// The client's messages after moderation has seen them.
    func judgedMessages() async throws -> [PromptEntry] {
        let entries = try request.messages.map(PromptEntry.init)
        let input = JudgedInput(entries)
        guard !input.text.isEmpty else { return entries }
        guard let verdict = try await verdict(on: input.text) else { return entries }
        switch verdict.action {
        case .allow: return entries
        case .redact: return input.redacted(entries, by: verdict.redactions.map(TextRedaction.init))
        // A word this build does not know is read as the strictest one it does.
        default: throw Failure.contentPolicy(verdict.reasons)
        }
    }

    /// Moderation's word on the input; nil when it is away and the policy lets the turn go on without it.
    private func verdict(on text: String) async throws(Failure) -> Verdict? {
        do {
            return try await parts.moderation.judgeText(JudgeTextRequest(text: text, direction: .input), context)
        } catch {
            guard isOutage(error) else { throw error }
            guard parts.outage.mode(for: principal.organisation) == .open else { throw .moderationUnavailable }
            return nil
        }
    }

    /// Whether a call failed because its service is away, and not because the turn's own time is over.
    private func isOutage(_ failure: Failure) -> Bool {
        (failure.code == .unavailable || failure.code == .deadlineExceeded)
            && !context.deadline.hasPassed(at: parts.time.now())
    }

    /// What the conversation holds: from the cache, else from Postgres.
    func history() async throws -> [PromptEntry] {
        guard let id = request.conversationID else { return [] }
        do {
            if let cached = try await parts.cache.history(
                of: id, owner: owner, deadline: deadline(parts.bounds.cacheDeadline))
            {
                return cached
            }
        } catch {
            parts.logger.warning("the conversation cache is not read", metadata: ["error": "\(error)"])
        }
        // One more than fits, so that a conversation too long for us is refused and not cut.
        let read = try await parts.conversations.history(
            of: id, owner: owner, most: parts.bounds.maxPromptMessages + 1,
            deadline: deadline(parts.bounds.storeDeadline))
        guard let read else { throw Failure.unknownConversation }
        do {
            try await parts.cache.keep(read, of: id, owner: owner, deadline: deadline(parts.bounds.cacheDeadline))
        } catch {
            parts.logger.warning("the conversation cache is not written", metadata: ["error": "\(error)"])
        }
        return read
    }

    /// Passages for the last thing the user said; the turn goes on without them when they do not come in time.
    func findPassages() async -> [Passage] {
        guard let retrieval = request.retrieval,
            let question = request.messages.last(where: { $0.role == "user" })?.content, !question.isEmpty
        else { return [] }
        let asked = context.with(deadline: parts.bounds.retrievalDeadline, at: parts.time.now())
        do {
            let reply = try await parts.retriever.findPassages(
                FindPassagesRequest(
                    query: question, limit: retrieval.limit == 0 ? 5 : retrieval.limit, fileIDs: retrieval.fileIDs),
                asked)
            let passages = reply.passages.map(Passage.init)
            turn.found(passages, isDegraded: false)
            return passages
        } catch {
            parts.logger.warning(
                "the turn goes on without passages",
                metadata: ["turn": "\(request.turnID)", "reason": "\(error.reason)"])
            turn.found([], isDegraded: true)
            return []
        }
    }

    /// Lets the answer leave: the reservation is made, and turn and messages are durable.
    ///
    /// The turn's row is written before billing is asked: a reservation without a row is one that nobody would end.
    func openGate(_ ready: Ready) async throws {
        try await acceptance.wait()
        async let reserved: Void = reserve(ready)
        async let begun: Void = begin(ready)
        _ = try await (reserved, begun)
        turn.open()
    }

    private func reserve(_ ready: Ready) async throws(Failure) {
        let request = ReserveRequest(
            turnID: request.turnID, model: request.model, promptTokensEstimate: estimatedTokens(ready),
            maxCompletionTokens: maxCompletionTokens,
            // Longer than the turn and its settlement can take, so that billing never lets go of a turn that lives.
            leaseMs: UInt32(clamping: (parts.bounds.limit + .seconds(600)).milliseconds))
        // Set before the call: one whose answer is lost may still have been granted, and must be released.
        progress.note { $0.reservation = .asked }
        do {
            _ = try await parts.billing.reserve(request, context)
        } catch {
            if isOutage(error) {
                // A bounded number of turns goes on unreserved, and is charged when billing is back.
                guard parts.unreserved.enter() else {
                    // Billing that is only slow has too much to do: its callers come back, and nothing is broken.
                    throw error.code == .deadlineExceeded ? .tooManyAtOnce : .billingUnavailable
                }
                progress.note { $0.isUnreserved = true }
                return
            }
            if error.code == .resourceExhausted || error.code == .notFound {
                progress.note { $0.reservation = .refused }
            }
            throw error
        }
    }

    private func begin(_ ready: Ready) async throws {
        guard isStored else { return }
        if let id = request.conversationID {
            do {
                try await parts.cache.beginWrite(
                    id, owner: owner, turn: request.turnID, deadline: deadline(parts.bounds.cacheDeadline))
            } catch {
                parts.logger.warning("the conversation cache is not marked", metadata: ["error": "\(error)"])
            }
        }
        let items = zip(ready.itemIDs, ready.new).map { NewItem(id: $0, entry: $1, model: nil, finishReason: nil) }
        try await parts.turns.begin(
            turn.key, of: row, items: items, deadline: deadline(parts.bounds.storeDeadline))
    }

    /// Whether the answer may call tools; only then do marks in its text mean calls.
    var mayCall: Bool { request.toolsJSON != nil && request.toolChoice != "none" }

    /// Tools are part of the prompt; a reservation counts them as it counts text.
    private func estimatedTokens(_ ready: Ready) -> UInt32 {
        let tools = UInt32(clamping: (request.toolsJSON?.count ?? 0) / 3)
        return ready.prompt.estimatedTokens.addingReportingOverflow(tools).partialValue
    }

    var maxCompletionTokens: UInt32 {
        min(request.maxCompletionTokens ?? .max, parts.bounds.maxCompletionTokens)
    }
}
