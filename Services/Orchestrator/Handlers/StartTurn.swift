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
        let principal = try context.requirePrincipal()
        let key = TurnKey(organisation: principal.organisation, turn: request.turnID, epoch: 1)
        let started = TurnStarted(
            turnID: request.turnID, model: request.model, createdAtUs: parts.time.timestamp().microseconds,
            conversationID: request.conversationID)
        let parts = self.parts
        let context = context.with(deadline: parts.bounds.limit, at: parts.time.now())
        let turn = try parts.runner.begin(key, principal: principal, started: started) { turn in
            await TurnStory(parts: parts, turn: turn, request: request, principal: principal, context: context).tell()
        }
        // The same id from another person of the organisation is not theirs to follow.
        guard turn.principal.user == principal.user else { throw Failure.unknownTurn }
        try await follow(turn, from: 0, to: events, context)
    }
}

/// One turn from its first row to its settlement. `Docs/Turn.md` tells the same story with what is durable when.
package struct TurnStory: Sendable {
    let parts: OrchestratorParts
    let turn: LiveTurn
    let request: StartTurnRequest
    let principal: Principal
    let context: CallContext
    let progress = TurnProgress()
    let acceptance = PendingAcceptance()

    /// What is known when the model can be asked.
    struct Ready: Sendable {
        /// The turn's own messages, redacted, with their passages.
        var new: [PromptEntry]
        /// What the conversation held before.
        var history: [PromptEntry]
        var prompt: PromptAssembly
        var hashes: PrefixHashes
        var itemIDs: [ItemID]
    }

    /// Judge and recall, then ask the model while the rest becomes durable, then settle. The turn's row is written side
    /// by side with all of it, up to the gate.
    ///
    /// Stands in line first, so that a crowd's beginnings do not make each other late.
    func tell() async {
        let place: OpeningLine.Place
        do throws(Failure) {
            place = try await parts.opening.enter()
        } catch {
            return turn.publish(.failed(error))
        }
        defer { place.leave() }
        // Whoever left while in line has asked for nothing yet.
        if turn.asked != nil { return turn.publish(.failed(.cancelled)) }
        await withDiscardingTaskGroup { group in
            group.addTask { await accept() }
            await tellAccepted(place)
        }
    }

    private func tellAccepted(_ place: OpeningLine.Place) async {
        let ready: Ready
        do {
            ready = try await prepare()
        } catch {
            return await giveUp(error, leaving: place)
        }
        switch await generate(ready, place) {
        case .ended(let end, let failure): await settle(ready, end, failure)
        // Its first end stands: what this process began is dropped.
        case .known(let known): turn.publish(.known(known))
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
    private func generate(_ ready: Ready, _ place: OpeningLine.Place) async -> Outcome {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                defer { place.leave() }
                return await gatePart(ready)
            }
            group.addTask { await answerPart(ready) }
            group.addTask {
                await turn.wait(until: .endAsked)
                return .asked
            }
            defer { group.cancelAll() }
            var isOpen = false
            var answered: GenerationEnd?
            while let part = await group.next() {
                switch part {
                case .opened: isOpen = true
                case .answered(let end): answered = end
                case .known(let known): return .known(known)
                case .asked: return .ended(turn.asked ?? .cancelled, nil)
                case .failed(let failure):
                    // A failure that our own leaving caused is not the reason of the end.
                    if let asked = turn.asked { return .ended(asked, nil) }
                    return .ended(.failed(word: failure.reason, message: failure.message), failure)
                }
                if isOpen, let answered { return .ended(turn.asked ?? answered, nil) }
            }
            return .ended(.cancelled, nil)
        }
    }

    /// How generation went.
    private enum Outcome: Sendable {
        case ended(GenerationEnd, Failure?)
        case known(KnownTurn)
    }

    private enum Part: Sendable {
        case opened, asked
        case answered(GenerationEnd)
        case failed(Failure)
        case known(KnownTurn)
    }

    private func gatePart(_ ready: Ready) async -> Part {
        do {
            try await openGate(ready)
            return .opened
        } catch let found as KnownTurnFound {
            return .known(found.turn)
        } catch {
            return .failed(Failure.ofStore(error))
        }
    }

    private func answerPart(_ ready: Ready) async -> Part {
        do {
            return .answered(try await answer(ready))
        } catch {
            return .failed(Failure.ofStore(error))
        }
    }
}

/// The id was used before; carries what the store knows of it.
struct KnownTurnFound: Error {
    var turn: KnownTurn
}
