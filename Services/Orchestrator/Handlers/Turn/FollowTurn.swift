// SPDX-License-Identifier: Apache-2.0

import Logging
import Messages
import NIOCore
import OrchestratorDomain
import Primitives
import RPC

/// Telling a turn to a caller, whether it runs here, runs elsewhere or has ended.
extension OrchestratorService {
    /// Follows a turn of this process to its end. Leaving, by an end or by cancellation, takes the follower away.
    func follow(
        _ turn: LiveTurn, from firstToken: UInt32, to events: StreamWriter<TurnEvent>, _ context: CallContext
    ) async throws {
        let follower = turn.join()
        defer { turn.leave(follower) }
        try await withTaskCancellationHandler {
            var place = LiveTurn.Place(firstToken: firstToken)
            while true {
                let step = turn.step(follower, &place)
                switch step {
                case .nothing: await turn.waitForNews(follower, place)
                case .tokens, .likelyTokens, .event, .left:
                    if try !sendNow(step, events) { try await send(step, events) }
                case .end: return try await tell(step, of: turn, from: firstToken, to: events, context)
                }
            }
        } onCancel: {
            turn.leave(follower, mayReturn: events.hasLostCaller)
        }
    }

    // Apart from the loop that waits between pieces, which should keep little.

    @inline(never)
    private func sendNow(_ step: LiveTurn.Step, _ events: StreamWriter<TurnEvent>) throws -> Bool {
        switch step {
        case .tokens(let piece): try events.sendNow(TokenChunk(piece))
        case .event(let event): try events.sendNow(event)
        case .likelyTokens: false
        case .left: throw Failure.cancelled
        case .nothing, .end: true
        }
    }

    @inline(never)
    private func send(_ step: LiveTurn.Step, _ events: StreamWriter<TurnEvent>) async throws {
        switch step {
        case .tokens(let piece): try await events.send(TokenChunk(piece))
        case .likelyTokens(let logprobs, let piece):
            try await events.send(TurnEvent(kind: .logprobs(logprobs)))
            try await events.send(TokenChunk(piece))
        case .event(let event): try await events.send(event)
        case .nothing, .end, .left: break
        }
    }

    @inline(never)
    private func tell(
        _ step: LiveTurn.Step, of turn: LiveTurn, from firstToken: UInt32, to events: StreamWriter<TurnEvent>,
        _ context: CallContext
    ) async throws {
        guard case .end(let end) = step else { return }
        switch end {
        case .finished(let finished): try await events.send(TurnEvent(kind: .finished(finished)))
        case .failed(let failure): throw failure
        case .known(let known):
            try await tell(known, turn.key, from: firstToken, as: turn.principal, to: events, context)
        }
    }

    /// Tells a turn that the store knows and that does not run here.
    func tell(
        _ known: KnownTurn, _ key: TurnKey, from firstToken: UInt32, as principal: Principal,
        to events: StreamWriter<TurnEvent>, _ context: CallContext
    ) async throws {
        switch TurnJoin(known, runsHere: false, for: principal.user) {
        case .refuse: throw Failure.unknownTurn
        case .followHere, .followLog:
            try await followLog(known, key, from: firstToken, to: events, context)
        case .tellEnd:
            guard known.state != .released else { throw Failure.turnReleased }
            try await followLog(known, key, from: firstToken, to: events, context)
        }
    }

    /// Reads a turn's log as it grows, until its last entry. The log is asked often while it grows, and the turn's row
    /// now and then, because an owner may die without a last word.
    private func followLog(
        _ known: KnownTurn, _ key: TurnKey, from firstToken: UInt32, to events: StreamWriter<TurnEvent>,
        _ context: CallContext
    ) async throws {
        var known = known
        var last = ""
        var checkedAt = parts.time.now()
        if !known.state.isTerminal { await attend(key) }
        try await events.send(TurnEvent(kind: .started(TurnStarted(known, id: key.turn))))
        while true {
            let now = parts.time.now()
            let records = try await readLog(key, after: last, context)
            for record in records {
                last = record.id
                switch record.entry {
                case .tokens(let piece):
                    if let rest = piece.from(firstToken) { try await events.send(TokenChunk(rest)) }
                case .citations(let bytes):
                    let citations = try bytes.withUnsafeBytes { bytes in try TurnCitations(decoding: bytes) }
                    try await events.send(TurnEvent(kind: .citations(citations)))
                case .finished(let bytes):
                    let finished = try bytes.withUnsafeBytes { bytes in try TurnFinished(decoding: bytes) }
                    return try await events.send(TurnEvent(kind: .finished(finished)))
                case .started, .cancelled, .adopted: break
                }
            }
            guard records.isEmpty else { continue }
            // The row has ended and the log says nothing more: its last word was lost or its time is over.
            if known.state.isTerminal {
                if known.state == .released { throw Failure.turnReleased }
                return try await events.send(TurnEvent(kind: .finished(TurnFinished(known))))
            }
            if now - checkedAt > .milliseconds(500) {
                checkedAt = now
                await attend(key)
                guard let found = try await findTurn(key.turn, key.organisation, context) else {
                    throw Failure.unknownTurn
                }
                known = found
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Tells the turn's owner that somebody listens here. A word that is lost is said again soon.
    private func attend(_ key: TurnKey) async {
        do {
            try await parts.log.attend(
                key.turn, of: key.organisation, for: parts.bounds.attendance,
                deadline: .after(parts.bounds.logDeadline, from: parts.time.now()))
        } catch {
            parts.logger.warning(
                "a turn's owner is not told of its follower", metadata: ["turn": "\(key.turn)", "error": "\(error)"])
        }
    }

    private func readLog(_ key: TurnKey, after last: String, _ context: CallContext) async throws -> [TurnLogRecord] {
        do {
            return try await parts.log.read(
                key.turn, of: key.organisation, after: last, most: 256,
                deadline: context.with(deadline: parts.bounds.logDeadline, at: parts.time.now()).deadline)
        } catch {
            // Without Redis nothing can be resumed; the row still knows the end.
            parts.logger.warning("the turn log is not read", metadata: ["turn": "\(key.turn)", "error": "\(error)"])
            return []
        }
    }

    func findTurn(
        _ turn: TurnID, _ organisation: OrganisationID, _ context: CallContext
    ) async throws -> KnownTurn? {
        do {
            return try await parts.turns.find(
                turn, of: organisation,
                deadline: context.with(deadline: parts.bounds.storeDeadline, at: parts.time.now()).deadline)
        } catch {
            throw Failure.ofStore(error)
        }
    }
}

extension TokenChunk {
    init(_ piece: ReleasedPiece) {
        self.init(seq: piece.seq, count: UInt16(clamping: piece.count), text: ByteBuffer(bytes: piece.text))
    }
}
