// SPDX-License-Identifier: Apache-2.0

package import Messages
package import OrchestratorDomain
package import Primitives
import Synchronization

/// How a turn ended for those who follow it.
package enum TurnEnd: Sendable {
    /// The last event, with the numbers that were settled.
    case finished(TurnFinished)
    /// Nothing of the answer left: the call fails.
    case failed(Failure)
    /// The turn was known before and does not run here: what the store says of it.
    case known(KnownTurn)
}

/// A turn that runs in this process: what its tasks and its followers share.
///
/// One task runs it, another reads moderation's verdicts, the ticker looks after its log, and any number of calls
/// follow it. All of them meet in one value behind one lock; what the value answers is done outside. When the last
/// follower leaves, the turn is cancelled: nobody pays for an answer that nobody hears.
package final class LiveTurn: Sendable {
    /// What somebody may wait for besides the next piece of the answer.
    enum Condition: Sendable {
        /// The turn's two halves are done, or one of them failed, or the end was asked for, by whomever.
        case decided
        /// Followers have caught up enough for more to be read from the worker.
        case room
        /// Nothing is held back any more.
        case released
        /// Moderation has said its last word, or it was lost.
        case heardOut
        /// No append to the log is under way.
        case logIdle
    }

    struct Follower {
        var id: UInt64
        var waiter: UnsafeContinuation<Void, Never>?
    }

    struct Shared {
        var turn: LiveTurnState
        var end: TurnEnd?
        /// Few: mostly one, and another for each client that asks for the same turn.
        var followers: [Follower] = []
        var nextFollower: UInt64 = 0
        /// The furthest place any follower has read to: what is unread beyond it counts against the lead.
        var furthest = AnswerLog.Cursor.start
        var waiters: [(condition: Condition, continuation: UnsafeContinuation<Void, Never>)] = []
        var pendingEntries: [TurnLogEntry] = []
        var isAppending = false
        var isDecided = false
        var isHeardOut = false
        /// Redis failed once: the log has a gap and is written no further, so the turn cannot be resumed.
        var isLogLost = false
        var isOwnershipLost = false
        var lastAppend: MonotonicInstant?
        var hasChunks = false
        /// How likely each of the answer's tokens was, from the first on; empty where nobody asked.
        var likelihoods: [TokenLogprob] = []
        var likelihoodEntries = 0
        /// How the worker that the answer began with saw the prompt.
        var origin: GenerateStarted?
        /// The worker has shown what it held back, so the answer's text is complete; only its end is not told yet.
        var isWhole = false
        /// The turn goes on without its client until it is told otherwise.
        var outlivesClient = false
        /// Nobody follows, but somebody may come back; since when, as the ticker saw it.
        var isAlone = false
        var aloneSince: MonotonicInstant?

        func follower(_ id: UInt64) -> Int? { followers.firstIndex { $0.id == id } }
    }

    package let key: TurnKey
    package let principal: Principal
    package let started: TurnStarted
    /// Bytes that may be unread before the worker is left waiting. Credit does the rest of the back-pressure.
    private let maxLead: Int
    let shared: Mutex<Shared>

    package init(
        key: TurnKey, principal: Principal, started: TurnStarted, window: OutputWindow, maxLead: Int
    ) {
        self.key = key
        self.principal = principal
        self.started = started
        self.maxLead = maxLead
        shared = Mutex(Shared(turn: LiveTurnState(window: window)))
    }

    // MARK: What the turn's own tasks do

    func found(_ passages: [Passage], isDegraded: Bool) {
        let citations = TurnCitations(passages, isDegraded: isDegraded).withEncoded { Array($0) }
        shared.withLock { shared in
            shared.turn.found(passages, isDegraded: isDegraded)
            shared.pendingEntries.append(.citations(citations))
        }
    }

    /// A chunk from the worker. Returns where it stands when moderation is to judge it.
    /// - Throws: `outOfPlace` for one that does not follow the chunk before it: it is not taken in.
    func offer(
        _ text: UnsafeRawBufferPointer, seq: UInt32, count: UInt32, tokens: [UInt32], at now: MonotonicInstant
    ) throws(Failure) -> Int? {
        var left = false
        let offset = try shared.withLock { shared throws(Failure) in
            guard shared.turn.follows(seq) else {
                ContinuationMetrics.diverges(.place)
                throw .outOfPlace
            }
            shared.hasChunks = true
            if count == 0, !text.isEmpty { shared.isWhole = true }
            let offset = shared.turn.offer(text, count: count, tokens: tokens, at: now)
            if offset == nil { left = shared.turn.flow() }
            return offset
        }
        if left { wake() }
        return offset
    }

    /// Opens the gate: everything that must be durable before the first byte is.
    func open() {
        _ = shared.withLock { $0.turn.open() }
        wake()
    }

    func judged(upTo: Int, redactions: [TextRedaction], stop: String?, at now: MonotonicInstant) {
        let left = shared.withLock {
            $0.turn.judged(upTo: upTo, redactions: redactions, stop: stop, at: now)
        }
        if left || stop != nil { wake() }
    }

    func verdictsEnded() {
        shared.withLock { $0.isHeardOut = true }
        wake()
    }

    func moderationLost(_ mode: OutageMode) {
        _ = shared.withLock { $0.turn.moderationLost(mode) }
        wake()
    }

    /// Asks for the end; the first to ask decides how the turn ends.
    package func end(_ end: GenerationEnd) {
        shared.withLock { $0.turn.end(end) }
        wake()
    }

    /// Nothing that is still under way changes how the turn ends.
    func decide() {
        shared.withLock { $0.isDecided = true }
        wake()
    }

    /// Another process owns the turn now: this one must write nothing more.
    func loseOwnership() {
        shared.withLock { shared in
            shared.isOwnershipLost = true
            shared.turn.end(.abandoned)
        }
        wake()
    }

    /// Tells the end to all followers, now and later.
    func publish(_ end: TurnEnd) {
        shared.withLock { shared in
            if shared.end == nil { shared.end = end }
        }
        wake()
    }

    var asked: GenerationEnd? { shared.withLock { $0.turn.asked } }
    var isOwnershipLost: Bool { shared.withLock { $0.isOwnershipLost } }
    var hasChunks: Bool { shared.withLock { $0.hasChunks } }
    /// What is needed to settle: counts, text, tokens. Read when generation has ended and the log is closed.
    var state: LiveTurnState { shared.withLock { $0.turn } }

    /// Waits until a condition holds or the turn's end is asked for. Returns at once when the task is cancelled.
    func wait(until condition: Condition) async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let isDone = shared.withLock { shared in
                    if Task.isCancelled || holds(condition, shared) { return true }
                    shared.waiters.append((condition, continuation))
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            // Whoever waits looks again at why it waits; a cancelled one leaves.
            let waiters = shared.withLock { shared in
                defer { shared.waiters = [] }
                return shared.waiters
            }
            for waiter in waiters { waiter.continuation.resume() }
        }
    }

    /// Whether moderation has judged all that the worker sent, or was not asked to.
    var isJudged: Bool { shared.withLock { $0.turn.window.isJudged } }
    func holdsNow(_ condition: Condition) -> Bool { shared.withLock { holds(condition, $0) } }

    private func holds(_ condition: Condition, _ shared: Shared) -> Bool {
        switch condition {
        case .decided: shared.isDecided || shared.turn.asked != nil
        case .room:
            // Who reads the log elsewhere is not seen here; the answer's own bound is the bound then.
            shared.isAlone || shared.turn.answer.bytesAfter(shared.furthest) <= maxLead || shared.turn.asked != nil
        case .released: shared.turn.window.isEmpty || shared.turn.asked != nil
        case .heardOut: shared.isHeardOut || shared.turn.asked != nil
        case .logIdle: !shared.isAppending
        }
    }

    /// Wakes everybody who has something to see. Continuations are resumed outside the lock.
    private func wake() {
        // Nearly always there is one follower, and nobody else whose condition has come about.
        var first: UnsafeContinuation<Void, Never>?
        var others: [UnsafeContinuation<Void, Never>] = []
        shared.withLock { shared in
            for index in shared.followers.indices {
                guard let waiter = shared.followers[index].waiter else { continue }
                shared.followers[index].waiter = nil
                if first == nil { first = waiter } else { others.append(waiter) }
            }
            for index in shared.waiters.indices.reversed() where holds(shared.waiters[index].condition, shared) {
                others.append(shared.waiters.remove(at: index).continuation)
            }
        }
        first?.resume()
        for continuation in others { continuation.resume() }
    }

    // MARK: The log

    /// What is to be appended now, if anything and if nobody else is appending.
    /// - Parameter idle: after this much silence the log is asked whether the turn is still ours and wanted.
    func takeLogBatch(at now: MonotonicInstant, idle: Duration? = nil) -> [TurnLogEntry]? {
        shared.withLock { shared in
            guard !shared.isAppending, !shared.isLogLost, shared.turn.isOpen else { return nil }
            var batch = shared.pendingEntries
            while let piece = shared.turn.takeUnlogged() { batch.append(.tokens(piece)) }
            if batch.isEmpty {
                guard let idle else { return nil }
                guard let last = shared.lastAppend else {
                    shared.lastAppend = now
                    return nil
                }
                guard now - last >= idle else { return nil }
            }
            shared.pendingEntries = []
            shared.isAppending = true
            shared.lastAppend = now
            return batch
        }
    }

    /// The append is over; nil when Redis did not take it.
    func logAppended(_ answer: TurnLogAnswer?) {
        shared.withLock { shared in
            shared.isAppending = false
            if answer == nil { shared.isLogLost = true }
        }
        switch answer {
        case .stale: loseOwnership()
        case .cancelRequested: end(.cancelled)
        case .appended, nil: wake()
        }
    }

    /// Whether moderation has kept text waiting for longer than the policy's bounds allow.
    func isOverdue(at now: MonotonicInstant) -> Bool { shared.withLock { $0.turn.window.isOverdue(at: now) } }

    // MARK: Followers

    /// A follower's place in the turn.
    package struct Place: Sendable {
        var hasStarted = false
        var hasCitations = false
        var cursor = AnswerLog.Cursor.start
        /// Pieces before this token are skipped.
        var firstToken: UInt32 = 0

        package init(firstToken: UInt32 = 0) { self.firstToken = firstToken }
    }

    /// What a follower sees next. Small, because a follower waits with one in its frame: what is seldom is boxed.
    package enum Step: Sendable {
        case nothing
        case tokens(ReleasedPiece)
        /// The same where probabilities were asked for.
        indirect case likelyTokens(AnswerLogprobs, ReleasedPiece)
        indirect case event(TurnEvent)
        indirect case end(TurnEnd)
        /// The follower has been taken away.
        case left
    }

    /// Adds a follower. Ends with `leave`.
    package func join() -> UInt64 {
        shared.withLock { shared in
            shared.nextFollower += 1
            shared.followers.append(Follower(id: shared.nextFollower))
            shared.isAlone = false
            return shared.nextFollower
        }
    }

    /// Takes a follower away, waking it if it waits. The last one to leave cancels the turn.
    /// - Parameter mayReturn: it did not leave of its own will: the turn goes on for a while (`TurnRunner`).
    package func leave(_ follower: UInt64, mayReturn: Bool = false) {
        let (waiter, isEnd) = shared.withLock { shared in
            guard let index = shared.follower(follower) else {
                return (Optional<UnsafeContinuation<Void, Never>>.none, false)
            }
            let waiter = shared.followers.remove(at: index).waiter
            guard shared.followers.isEmpty, shared.end == nil else { return (waiter, false) }
            guard mayReturn || shared.outlivesClient else { return (waiter, true) }
            shared.isAlone = true
            shared.aloneSince = nil
            return (waiter, false)
        }
        waiter?.resume()
        // Nobody is left whose reading makes room.
        if isEnd { end(.cancelled) } else { wake() }
    }

    /// What a follower sees next, without waiting for it.
    @inline(never)
    package func step(_ follower: UInt64, _ place: inout Place) -> Step {
        var read = place
        var freed = false
        let step = shared.withLock { shared in
            shared.follower(follower) == nil ? .left : self.step(&read, &shared, &freed)
        }
        place = read
        if freed { wake() }
        return step
    }

    /// Returns when there may be something to see beyond `place`.
    package func waitForNews(_ follower: UInt64, _ place: Place) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let mayGoOn = shared.withLock { shared in
                guard let index = shared.follower(follower), !hasNews(for: place, shared) else { return true }
                shared.followers[index].waiter = continuation
                return false
            }
            if mayGoOn { continuation.resume() }
        }
    }

    private func hasNews(for place: Place, _ shared: Shared) -> Bool {
        if shared.end != nil { return true }
        guard shared.turn.isOpen else { return false }
        // That it has started is told with what comes first: by itself it would wake the gateway for nothing.
        return !place.hasCitations && shared.turn.passages != nil || shared.turn.answer.end.isAfter(place.cursor)
    }

    private func step(_ place: inout Place, _ shared: inout Shared, _ freed: inout Bool) -> Step {
        if case .failed = shared.end, let end = shared.end { return .end(end) }
        if case .known = shared.end, let end = shared.end { return .end(end) }
        guard shared.turn.isOpen || shared.end != nil else { return .nothing }
        if !place.hasStarted {
            guard hasNews(for: place, shared) else { return .nothing }
            place.hasStarted = true
            return .event(TurnEvent(kind: .started(started)))
        }
        if !place.hasCitations {
            place.hasCitations = true
            if let passages = shared.turn.passages {
                return .event(TurnEvent(kind: .citations(TurnCitations(passages, isDegraded: shared.turn.isDegraded))))
            }
        }
        if let piece = shared.turn.answer.read(&place.cursor, fromToken: place.firstToken) {
            let wasFull = !holds(.room, shared)
            if place.cursor.isAfter(shared.furthest) { shared.furthest = place.cursor }
            freed = wasFull && holds(.room, shared)
            if !shared.likelihoods.isEmpty, let told = likelihoods(of: piece, shared) {
                return .likelyTokens(told, piece)
            }
            return .tokens(piece)
        }
        return shared.end.map(Step.end) ?? .nothing
    }
}
