// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
package import Messages
package import NIOCore
package import Primitives
package import RPC

/// Turns a turn's events into server-sent events: one piece of bytes, and one write, for each thing that arrives.
///
/// Nothing is written before there is something to say. So the head leaves with the first token, and an error before
/// it can still have its own status.
package struct EventStream {
    private var head: CompletionHead
    private let includesUsage: Bool
    private var events: CompletionEvents?
    /// Whether the chunk that says who speaks is still to be written.
    private var mustIntroduce: Bool
    private var extras = CompletionExtras()
    /// Room for an event. Made anew for each, because a stream is quiet for longer than it speaks and there are
    /// thousands of them.
    private static let eventBytes = 512
    private(set) var isFinished = false
    /// nil for an answer that calls no tools: its chunks are written as they come, unread.
    private var calls: CallReader?
    /// Probabilities of tokens whose chunk has not come yet; nil where nobody asked.
    private var likelihoods: [TokenLikelihood]?

    /// - Parameters:
    ///   - head: what the chunks say until the turn itself says better.
    ///   - isResumed: the client has the beginning already, the chunk that says who speaks too.
    ///   - calls: how tool calls are read; nil where there are no tools.
    ///   - tellsLikelihoods: the client asked for `logprobs`.
    package init(
        head: CompletionHead, includesUsage: Bool, isResumed: Bool = false, calls: CallReader? = nil,
        tellsLikelihoods: Bool = false
    ) {
        self.head = head
        self.includesUsage = includesUsage
        self.calls = calls
        likelihoods = tellsLikelihoods ? [] : nil
        mustIntroduce = !isResumed
    }

    /// Whether bytes have been made, and so a status has been sent. A resumed stream that fails before its first event
    /// still has a status of its own.
    package private(set) var hasBegun = false

    /// What to write now, or nil when nothing is due yet.
    /// - Throws: the turn's own failure when nothing has been written yet.
    package mutating func take(_ element: StreamElement<TurnEvent>, notes: CallNotes) throws -> ByteBuffer? {
        var writer = JSONWriter(capacity: Self.eventBytes)
        switch element {
        case .tokens(let chunk):
            // Text without a token stands one place after the tokens before it: whoever names that place has had it.
            let next = chunk.seq &+ max(1, UInt32(chunk.count))
            if calls != nil || likelihoods != nil {
                tell(chunk.text, next: next, &writer)
                break
            }
            guard chunk.text.readableBytes > 0 else { return nil }
            let events = begin(&writer)
            chunk.text.withUnsafeReadableBytes { events.tokens($0, next: next, into: &writer) }
        case .event(let event):
            switch event.kind {
            case .started(let started):
                head.take(started)
                extras.take(started)
            case .citations(let citations):
                extras.take(citations)
                // Before the first chunk they leave with it; one that goes on has had it.
                if events != nil || !mustIntroduce { begin(&writer).noted(extras, into: &writer) }
            case .finished(let finished): try finish(finished, notes, &writer)
            case .logprobs(let logprobs): likelihoods? += logprobs.tokens.map(TokenLikelihood.init)
            case nil: break
            }
        }
        guard !writer.bytes.isEmpty else { return nil }
        hasBegun = true
        return ByteBuffer(bytes: writer.bytes)
    }

    /// A chunk of an answer with calls or probabilities in it.
    private mutating func tell(_ text: ByteBuffer, next: UInt32, _ writer: inout JSONWriter) {
        let bytes = Array(text.readableBytesView)
        let pieces = calls?.read(bytes) ?? (bytes.isEmpty ? [] : [.content(bytes)])
        let told = likelihoods
        guard !pieces.isEmpty || told?.isEmpty == false else { return }
        likelihoods = told.map { _ in [] }
        let events = begin(&writer)
        events.pieces(pieces, next: next, begun: calls?.begun ?? 0, likelihoods: told, into: &writer)
    }

    /// The last bytes of a stream that broke after its beginning.
    package mutating func fail(_ error: PublicError) -> ByteBuffer {
        isFinished = true
        var writer = JSONWriter(capacity: Self.eventBytes)
        CompletionEvents.error(error.json(), into: &writer)
        CompletionEvents.done(into: &writer)
        return ByteBuffer(bytes: writer.bytes)
    }

    private mutating func begin(_ writer: inout JSONWriter) -> CompletionEvents {
        if let events { return events }
        // Not before there is something to say: until then the turn may tell its model and its time.
        let made = CompletionEvents(head: head, includesUsage: includesUsage)
        if mustIntroduce { made.began(extras, into: &writer) }
        events = made
        return made
    }

    private mutating func finish(
        _ finished: TurnFinished, _ notes: CallNotes, _ writer: inout JSONWriter
    ) throws {
        let usage = TokenUsage(finished.usage)
        notes.note {
            $0.usage = usage
            $0.finishReason = finished.finishReason
        }
        isFinished = true
        if let failure = finished.failure {
            guard hasBegun else { throw failure }
            let error = PublicError(failure)
            notes.note { $0.lateError = error }
            CompletionEvents.error(error.json(), into: &writer)
        } else {
            let events = begin(&writer)
            events.finished(finished.finishReason, into: &writer)
            events.usage(usage, into: &writer)
        }
        CompletionEvents.done(into: &writer)
    }
}

extension CompletionHead {
    mutating func take(_ started: TurnStarted) {
        turn = started.turnID
        if !started.model.isEmpty { model = started.model }
        if started.createdAtUs > 0 { createdAt = Timestamp(microseconds: started.createdAtUs) }
    }
}

extension CompletionExtras {
    mutating func take(_ started: TurnStarted) {
        conversation = started.conversationID
        route = started.route.map { ($0, started.routeReason ?? "") }
    }

    mutating func take(_ citations: TurnCitations) {
        self.citations = citations.citations.map(CitedPassage.init)
        isRetrievalDegraded = citations.isDegraded
    }
}

extension CitedPassage {
    init(_ citation: Citation) {
        self.init(
            number: citation.number, file: citation.fileID, passage: citation.passageID, filename: citation.filename,
            text: citation.text, score: citation.score,
            bytes: citation.startByte..<max(citation.startByte, citation.endByte))
    }
}

extension TokenLikelihood {
    init(_ token: TokenLogprob) {
        self.init(
            chosen: Alternative(bytes: token.spelling, logprob: token.logprob),
            top: token.top.map { Alternative(bytes: $0.spelling, logprob: $0.logprob) })
    }
}

extension TokenUsage {
    init(_ usage: Usage) {
        self.init(prompt: usage.promptTokens, cached: usage.cachedTokens, completion: usage.completionTokens)
    }
}

extension TurnFinished {
    /// The failure that an end which is none of OpenAI's four stands for.
    var failure: Failure? {
        switch finishReason {
        case "error":
            let message = errorMessage ?? "The model could not finish its answer."
            let reason = errorReason ?? "turn_failed"
            switch reason {
            case "deadline_exceeded": return Failure(.deadlineExceeded, message, reason: reason)
            case "unavailable", "no_worker", "worker_lost", "overloaded":
                return Failure(.unavailable, message, reason: reason, retry: .now)
            default: return Failure(.internal, message, reason: reason)
            }
        case "cancelled": return Failure(.aborted, "The turn was cancelled.", reason: "turn_cancelled")
        default: return nil
        }
    }
}
