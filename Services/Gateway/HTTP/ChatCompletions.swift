// SPDX-License-Identifier: Apache-2.0

import Clients
import Cryptography
import GatewayDomain
import HTTPEdge
import Messages
import NIOCore
import NIOHTTP1
import Primitives
import RPC
import Synchronization

extension GatewayService {
    /// Bytes of text per token, for the estimate that admission works with. The orchestrator counts properly.
    private static let bytesPerToken = 4
    /// What an answer is taken to cost when the client sets no limit.
    private static let usualAnswerTokens: UInt32 = 512
    /// An answer longer than this can be had as a stream only: collected, it would be held here whole.
    private static let longestCollectedAnswer = 16 << 20
    private static let longestIdempotencyKey = 255

    /// `POST /v1/chat/completions`: one turn.
    func completeChat(_ call: PublicCall) async throws -> HTTPResponse {
        try call.requireJSON()
        let body = try await call.request.body(atMost: settings.maximumBodyBytes)
        let chat = try body.withUnsafeReadableBytes { try ChatRequest(body: $0) }
        let resumed = chat.isStreaming ? try resumption(call) : nil
        let turn = try resumed?.turn ?? turnID(call)
        call.notes.note {
            $0.turn = turn
            $0.model = chat.model
            $0.isStreamed = chat.isStreaming
        }
        if let resumed { return follow(call, chat, resumed) }
        let estimate = UInt32(clamping: body.readableBytes / Self.bytesPerToken)
        try await admission.admit(
            call, turn: turn, kind: .chat,
            estimatedTokens: estimate.addingSaturating(chat.maximumCompletionTokens ?? Self.usualAnswerTokens))
        let isNamed = call.request.header("idempotency-key")?.isEmpty == false
        let request = StartTurnRequest(chat, turn: turn, mayBeKnown: isNamed)
        return chat.isStreaming ? stream(call, chat, request) : try await collect(call, chat, request)
    }

    /// The id of this request's turn: a new one, or the one its `Idempotency-Key` always stands for, so that the same
    /// request sent again joins its turn and is paid for once.
    func turnID(_ call: PublicCall) throws -> TurnID {
        guard let key = call.request.header("idempotency-key"), !key.isEmpty else { return identifiers.make() }
        guard key.utf8.count <= Self.longestIdempotencyKey else {
            throw RequestRefusal(
                "Invalid 'Idempotency-Key': expected at most \(Self.longestIdempotencyKey) bytes.",
                code: "invalid_value")
        }
        let organisation = try call.requirePrincipal().organisation
        let digest = SHA256.hash(Array("turn\0".utf8) + organisation.bytes + Array(key.utf8))
        let half = { (bytes: ArraySlice<UInt8>) in bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) } }
        return TurnID(UUIDv7(digest: half(digest[0..<8]), half(digest[8..<16])))
    }

    // MARK: As a stream

    private func stream(_ call: PublicCall, _ chat: ChatRequest, _ request: StartTurnRequest) -> HTTPResponse {
        eventResponse { writer in
            let head = CompletionHead(turn: request.turnID, model: chat.model, createdAt: self.time.timestamp())
            let events = EventStream(
                head: head, includesUsage: chat.includesUsage, calls: chat.mayCall ? CallReader() : nil,
                tellsLikelihoods: chat.topLogprobs != nil)
            try await self.orchestrator.startTurn(request, self.turnContext(call)) { reader in
                try await self.relay(reader, events, to: writer, call)
            }
        }
    }

    /// Goes on with a turn whose stream broke, from the place the client names.
    private func follow(_ call: PublicCall, _ chat: ChatRequest, _ place: EventPlace) -> HTTPResponse {
        eventResponse { writer in
            let head = CompletionHead(turn: place.turn, model: chat.model, createdAt: self.time.timestamp())
            let events = EventStream(
                head: head, includesUsage: chat.includesUsage, isResumed: place.next > 0,
                calls: chat.mayCall ? CallReader(begun: place.calls) : nil,
                tellsLikelihoods: chat.topLogprobs != nil)
            let request = ResumeTurnRequest(turnID: place.turn, afterSeq: place.next)
            try await self.orchestrator.resumeTurn(request, self.turnContext(call)) { reader in
                try await self.relay(reader, events, to: writer, call)
            }
        }
    }

    private func eventResponse(_ produce: @escaping @Sendable (BodyWriter) async throws -> Void) -> HTTPResponse {
        // The last header asks nginx and its kin not to hold events back.
        HTTPResponse(
            headers: [
                "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache",
                "x-accel-buffering": "no",
            ], body: .stream(produce))
    }

    private func turnContext(_ call: PublicCall) -> CallContext {
        call.context(within: settings.turnTimeout, at: time.now())
    }

    /// Writes each element as it comes. Leaving by an error cancels the turn, so a client that goes stops the model.
    private nonisolated(nonsending) func relay(
        _ reader: StreamReader<TurnEvent>, _ events: EventStream, to writer: BodyWriter, _ call: PublicCall
    ) async throws {
        streams.add(1, ordering: .relaxed)
        metrics.streamBegan()
        defer {
            streams.subtract(1, ordering: .relaxed)
            metrics.streamEnded()
        }
        var events = events
        do {
            while let element = try await reader.next() {
                if let bytes = try take(element, &events, call) { try await writer.write(bytes) }
            }
            guard events.isFinished else { throw Failure.turnEndedEarly }
        } catch {
            try await writer.write(try lastWords(error, &events, call))
        }
    }

    // Apart from `relay`, whose frame every open stream keeps.

    @inline(never)
    private func take(
        _ element: StreamElement<TurnEvent>, _ events: inout EventStream, _ call: PublicCall
    ) throws -> ByteBuffer? {
        let isFirst = !events.hasBegun
        guard let bytes = try events.take(element, notes: call.notes) else { return nil }
        if isFirst { call.notes.note { $0.firstTokenAt = time.now() } }
        return bytes
    }

    /// What a stream says that broke after its beginning: its status is out already, so the stream itself tells what
    /// happened and ends well formed.
    @inline(never)
    private func lastWords(_ error: any Error, _ events: inout EventStream, _ call: PublicCall) throws -> ByteBuffer {
        let isGone = error is HTTPFailure || Task.isCancelled
        guard events.hasBegun, !events.isFinished, !isGone else { throw error }
        let said = PublicError(error)
        call.notes.note { $0.lateError = said }
        return events.fail(said)
    }

    // MARK: As one answer

    private func collect(
        _ call: PublicCall, _ chat: ChatRequest, _ request: StartTurnRequest
    ) async throws -> HTTPResponse {
        var head = CompletionHead(turn: request.turnID, model: request.model, createdAt: time.timestamp())
        var extras = CompletionExtras()
        var text: [UInt8] = []
        var likelihoods: [TokenLikelihood]? = chat.topLogprobs.map { _ in [] }
        var finished: TurnFinished?
        try await orchestrator.startTurn(request, turnContext(call)) { reader in
            while let element = try await reader.next() {
                switch element {
                case .tokens(let chunk):
                    if text.isEmpty { call.notes.note { $0.firstTokenAt = time.now() } }
                    text.append(contentsOf: chunk.text.readableBytesView)
                    guard text.count <= Self.longestCollectedAnswer else {
                        throw Failure(.outOfRange, "The answer is too long for one piece: ask for a stream.")
                    }
                case .event(let event):
                    switch event.kind {
                    case .started(let started):
                        head.take(started)
                        extras.take(started)
                    case .citations(let citations): extras.take(citations)
                    case .finished(let end): finished = end
                    case .logprobs(let logprobs): likelihoods? += logprobs.tokens.map(TokenLikelihood.init)
                    case nil: break
                    }
                }
            }
        }
        guard let finished else { throw Failure.turnEndedEarly }
        let usage = TokenUsage(finished.usage)
        call.notes.note {
            $0.usage = usage
            $0.finishReason = finished.finishReason
        }
        if let failure = finished.failure { throw failure }
        var message = AnswerMessage(text: text, likelihoods: likelihoods)
        if chat.mayCall { (message.text, message.calls) = CallReader.split(text) }
        let answer = CompletionAnswer(
            head: head, message: message, finishReason: finished.finishReason, usage: usage, extras: extras)
        return .json(ByteBuffer(bytes: answer.json()))
    }

    // MARK: Where to go on

    private func resumption(_ call: PublicCall) throws -> EventPlace? {
        guard let text = call.request.header("last-event-id"), !text.isEmpty else { return nil }
        guard let place = EventPlace(text) else {
            throw RequestRefusal(
                "Invalid 'Last-Event-ID': expected the id of one of our events.", code: "invalid_value")
        }
        return place
    }
}

/// A place in a turn's log, as an event's id says it: `turn:next`, or `turn:next:calls` once tool calls have begun.
struct EventPlace: Sendable {
    var turn: TurnID
    /// The index of the first token the client has not seen.
    var next: UInt32
    /// Tool calls the client has seen begin.
    var calls = 0

    init?(_ text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2 || parts.count == 3, let turn = TurnID(parts[0]), let next = UInt32(parts[1]) else {
            return nil
        }
        self.turn = turn
        self.next = next
        if parts.count == 3 {
            guard let calls = UInt16(parts[2]) else { return nil }
            self.calls = Int(calls)
        }
    }
}

extension Failure {
    fileprivate static let turnEndedEarly = Failure(
        .unavailable, "The answer ended too early. Please try again.", reason: "turn_ended_early", retry: .now)
}

extension StartTurnRequest {
    init(_ chat: ChatRequest, turn: TurnID, mayBeKnown: Bool) {
        self.init(
            turnID: turn, model: chat.model,
            messages: chat.messages.map {
                PromptMessage(
                    role: $0.role.rawValue, content: $0.content, name: $0.name, toolCallsJSON: $0.toolCalls,
                    toolCallID: $0.toolCallID)
            },
            conversationID: chat.conversation, isStored: chat.isStored || chat.conversation != nil,
            sampling: Sampling(chat), maxCompletionTokens: chat.maximumCompletionTokens, stop: chat.stop,
            toolsJSON: chat.tools,
            retrieval: chat.retrieval.map { RetrievalRequest(fileIDs: $0.files, limit: $0.limit ?? 0) },
            mayBeKnown: mayBeKnown, topLogprobs: chat.topLogprobs, toolChoice: chat.toolChoice?.mode,
            toolName: chat.toolChoice?.name, parallelToolCalls: chat.parallelToolCalls,
            responseFormatJSON: chat.responseFormat, isResumable: chat.isStreaming && chat.isResumable)
    }
}

extension Sampling {
    init(_ chat: ChatRequest) {
        self.init(
            temperature: chat.temperature, topP: chat.topP, topK: chat.topK, seed: chat.seed, minP: chat.minP,
            presencePenalty: chat.presencePenalty, frequencyPenalty: chat.frequencyPenalty,
            repetitionPenalty: chat.repetitionPenalty,
            logitBias: chat.logitBias.map { LogitBias(tokenID: $0.token, bias: $0.bias) })
    }
}

extension UInt32 {
    fileprivate func addingSaturating(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
