// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import Primitives
package import RPC

extension OrchestratorService {
    /// Runs one turn and tells it to the caller. The turn has a task of its own; this call only follows it.
    package func startTurn(
        _ request: StartTurnRequest, _ context: CallContext, _ events: StreamWriter<TurnEvent>
    ) async throws {
        let context = context.with(deadline: parts.bounds.limit, at: parts.time.now())
        try await follow(try begin(request, context), from: 0, to: events, context)
    }

    /// Starts the turn, or finds the one of this id. Apart from the call that follows it, which waits for long and
    /// should keep little.
    @inline(never)
    private func begin(_ request: StartTurnRequest, _ context: CallContext) throws(Failure) -> LiveTurn {
        let principal = try context.requirePrincipal()
        let key = TurnKey(organisation: principal.organisation, turn: request.turnID, epoch: 1)
        let routed = parts.routed(request, principal)
        let request = routed.request
        let started = TurnStarted(routed, at: parts.time.timestamp())
        let turn = try parts.runner.begin(key, principal: principal, started: started) { [shared] turn in
            let story = TurnStory(
                shared: shared, turn: turn, request: request, principal: principal, context: context)
            return { await story.tell() }
        }
        // The same id from another person of the organisation is not theirs to follow.
        guard turn.principal.user == principal.user else { throw Failure.unknownTurn }
        if request.isResumable { turn.outlivesClient() }
        return turn
    }
}

/// One turn from its first row to its settlement. `Docs/Turn.md` tells the same story with what is durable when.
///
/// A class: its tasks share one, where each would keep a copy of everything by value.
package final class TurnStory: Sendable {
    private let shared: SharedParts
    var parts: OrchestratorParts { _read { yield shared.all } }
    let turn: LiveTurn
    let request: StartTurnRequest
    let principal: Principal
    let context: CallContext
    let progress = TurnProgress()
    let acceptance = Pending<Void>()
    private let preparation = Pending<Ready>()
    private let halves = TurnHalves()

    init(
        shared: SharedParts, turn: LiveTurn, request: StartTurnRequest, principal: Principal, context: CallContext
    ) {
        self.shared = shared
        self.turn = turn
        self.request = request
        self.principal = principal
        self.context = context
    }

    /// What is known when the model can be asked.
    final class Ready: Sendable {
        /// The turn's own messages, redacted, with their passages.
        let new: [PromptEntry]
        /// What the conversation held before.
        let history: [PromptEntry]
        let prompt: PromptAssembly
        let hashes: PrefixHashes
        let itemIDs: [ItemID]

        init(
            new: [PromptEntry], history: [PromptEntry], prompt: PromptAssembly, hashes: PrefixHashes, itemIDs: [ItemID]
        ) {
            self.new = new
            self.history = history
            self.prompt = prompt
            self.hashes = hashes
            self.itemIDs = itemIDs
        }
    }

    /// Judge and recall, then ask the model while the rest becomes durable, then settle. The turn's row is written side
    /// by side with all of it, up to the gate.
    ///
    /// Stands in line first, so that a crowd's beginnings do not make each other late.
    ///
    /// This task waits for as long as the model speaks, and everything below it on the way there with it. So each of
    /// them does little, and what needs room is done in functions and tasks that are over by then.
    func tell() async {
        guard let place = await enter() else { return }
        defer { place.leave() }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.accept() }
            group.addTask { await self.preparePart() }
            await self.tellAccepted(place)
        }
    }

    /// Stands in line; nil when the turn is over already.
    @inline(never)
    private func enter() async -> OpeningLine.Place? {
        let place: OpeningLine.Place
        do throws(Failure) {
            place = try await parts.opening.enter()
        } catch {
            turn.publish(.failed(error))
            return nil
        }
        guard turn.asked != nil else { return place }
        // Whoever left while in line has asked for nothing yet.
        turn.publish(.failed(.cancelled))
        place.leave()
        return nil
    }

    @inline(never)
    private func tellAccepted(_ place: OpeningLine.Place) async {
        guard let ready = await prepared(place) else { return }
        await generate(ready, place)
        await conclude(ready)
    }

    @inline(never)
    private func prepared(_ place: OpeningLine.Place) async -> Ready? {
        do {
            return try await preparation.wait()
        } catch {
            await giveUp(error, leaving: place)
            return nil
        }
    }

    @inline(never)
    private func conclude(_ ready: Ready) async {
        switch outcome() {
        case .ended(let end, let failure): await settle(ready, end, failure)
        // Its first end stands: what this process began is dropped.
        case .known(let known): turn.publish(.known(known))
        }
    }

    private func preparePart() async {
        do {
            preparation.finish(.success(try await prepare()))
        } catch {
            preparation.finish(.failure(error))
        }
    }

    /// The first half: everything before the model, side by side.
    private func prepare() async throws -> Ready {
        async let judged = judgedMessages()
        async let history = history()
        async let found = findPassages()

        if request.mayBeKnown { try await acceptance.wait() }
        var new = try await judged
        let passages = await found
        let recalled = try await history
        if let last = new.lastIndex(where: { $0.role == .user }) { new[last].passages = passages }

        let prompt: PromptAssembly
        do throws(PromptRefusal) {
            prompt = try PromptAssembly(
                history: recalled, new: new, maxBytes: parts.bounds.maxPromptBytes,
                maxMessages: parts.bounds.maxPromptMessages)
        } catch {
            throw Failure(error)
        }
        let hashes = PrefixHashes(
            salt: parts.salt(of: principal.organisation), model: request.model, tools: request.toolsJSON,
            prompt: prompt.messages, spoken: recalled + new)
        return Ready(
            new: new, history: recalled, prompt: prompt, hashes: hashes, itemIDs: parts.orderedItemIDs(new.count))
    }

    /// The second half: the model answers while reservation, turn and messages become durable. No byte of the answer
    /// leaves before they are (`LiveTurn.open`), and the turn does not end before both are done.
    @inline(never)
    private func generate(_ ready: Ready, _ place: OpeningLine.Place) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                await self.gatePart(ready)
                place.leave()
            }
            group.addTask { await self.answerPart(ready) }
            // No task of its own waits for a cancellation: whatever decides the turn's end wakes this one.
            while !turn.holdsNow(.decided), !Task.isCancelled { await turn.wait(until: .decided) }
            group.cancelAll()
        }
    }

    /// How generation went, once it is decided.
    private func outcome() -> TurnHalves.Outcome {
        let outcome = halves.outcome
        // A failure that our own leaving caused is not the reason of the end.
        if case .known = outcome { return outcome }
        return turn.asked.map { .ended($0, nil) } ?? outcome
    }

    private func gatePart(_ ready: Ready) async {
        do {
            try await openGate(ready)
            note(.opened)
        } catch let found as KnownTurnFound {
            note(.known(found.turn))
        } catch {
            noteFailure(error)
        }
    }

    private func answerPart(_ ready: Ready) async {
        do {
            note(.answered(try await answer(ready)))
        } catch {
            noteFailure(error)
        }
    }

    @inline(never)
    private func noteFailure(_ error: any Error) { note(.failed(Failure.ofStore(error))) }

    @inline(never)
    private func note(_ part: TurnHalves.Part) {
        if halves.note(part) { turn.decide() }
    }
}

/// The id was used before; carries what the store knows of it.
struct KnownTurnFound: Error {
    var turn: KnownTurn
}
