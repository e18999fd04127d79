// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import ModelWorkerDomain
import NIOCore
import Primitives

/// One answer of the foreign server, as the events of ours.
///
/// It reads when it is asked and not before, so the server is held up by whoever reads slowly.
///
/// `@unchecked Sendable`: read by one task, the call's own.
final class UpstreamAnswer: GenerationSource, @unchecked Sendable {
    private let request: GenerationRequest
    private let response: HTTPClientResponse
    private let traffic: UpstreamTraffic
    private let cache: ServerCacheWatch?
    /// By the server's name.
    private let adapter: String
    private let time: any TimeSource
    private let sent: MonotonicInstant
    private var reader = ChatStreamReader()
    private var hasStarted = false
    private var isOver = false
    private var firstToken: MonotonicInstant?
    private var lastToken: MonotonicInstant?
    /// Ours in the making beside it when its first token came.
    private var width = 1
    private var othersRead = 0
    /// Index in the answer of the next token.
    private var position: Int
    /// What follows the text that is on its way.
    private var end: GenerationEnd?

    init(
        _ request: GenerationRequest, _ response: HTTPClientResponse, _ traffic: UpstreamTraffic,
        _ cache: ServerCacheWatch?, adapter: String, sent: MonotonicInstant, time: any TimeSource
    ) {
        self.request = request
        self.response = response
        self.traffic = traffic
        self.cache = cache
        self.adapter = adapter
        self.sent = sent
        self.time = time
        position = request.resumed.count
    }

    /// What the prompt is thought to hold before the server has counted it: four bytes a token, as English has.
    private var estimatedPrompt: Int {
        max(1, request.messages.reduce(0) { $0 + $1.content.utf8.count } / 4)
    }

    func next() async throws -> GenerationEvent? {
        guard hasStarted else {
            hasStarted = true
            return .started(GenerationStart(promptTokens: estimatedPrompt, cachedTokens: 0))
        }
        if isOver { return nil }
        while end == nil {
            if let tokens = try await readOn() { return .tokens(tokens) }
        }
        isOver = true
        return end.map(GenerationEvent.finished)
    }

    /// Reads what has come. Returns the tokens among it; nil when there were none.
    private func readOn() async throws -> GeneratedTokens? {
        let bytes: ByteBuffer?
        do {
            bytes = try await response.next()
        } catch let failure as HTTPClientFailure {
            throw refusal(failure)
        }
        guard let bytes else { return try finish(isCutOff: true) }
        do {
            try bytes.withUnsafeReadableBytes { bytes throws(ChatStreamReader.Failure) in try reader.read(bytes) }
        } catch {
            throw EngineRefusal.upstream(UpstreamRefusal(error))
        }
        if reader.isDone {
            response.hasEnough()
            return try finish(isCutOff: false)
        }
        return takePieces()
    }

    private func refusal(_ failure: HTTPClientFailure) -> EngineRefusal {
        traffic.refusal(of: request.id) ?? .upstream(UpstreamRefusal(failure))
    }

    private func takePieces() -> GeneratedTokens? {
        let (text, count) = reader.takePieces()
        guard count > 0 else { return nil }
        let now = time.now()
        if firstToken == nil {
            firstToken = now
            (othersRead, width) = traffic.firstToken(request.id)
            if let cache, let tokens = reader.promptTokens { cache.note(tokens, request, adapter: adapter) }
        }
        lastToken = now
        defer { position += count }
        return GeneratedTokens(first: position, text: text, ids: [], nameless: count)
    }

    // MARK: The end

    /// The stream is over. Returns the last tokens, if any; what is more than the pieces had, as the server counts,
    /// comes as tokens without text, so that what is billed by pieces is what the server says.
    /// - Parameter isCutOff: it ended without its last word. One that has said why it finished may do that.
    private func finish(isCutOff: Bool) throws -> GeneratedTokens? {
        guard !isCutOff || reader.finishReason != nil else {
            throw EngineRefusal.upstream(.broken(detail: "the stream ended too early"))
        }
        var last = takePieces() ?? GeneratedTokens(first: position, text: [], ids: [])
        let resumed = request.resumed.count
        if let usage = reader.usage, usage.completion > position - resumed {
            let more = min(usage.completion, request.maxTokens) - (position - resumed)
            if more > 0 {
                last.nameless += more
                position += more
            }
        }
        let now = time.now()
        learn()
        let prompt = reader.usage?.prompt ?? estimatedPrompt
        let cached = reader.usage?.cached ?? 0
        let completion = reader.usage?.completion ?? position - resumed
        end = GenerationEnd(
            reason: reason, promptTokens: prompt, cachedTokens: cached, completionTokens: resumed + completion,
            computedTokens: prompt - cached + completion, queued: .zero, prefill: (firstToken ?? now) - sent,
            decode: now - (firstToken ?? now))
        return last.count > 0 ? last : nil
    }

    private var reason: GenerationEnd.Reason {
        switch reader.finishReason {
        case "length": .length
        case "tool_calls", "function_call": .toolCalls
        default: .stop
        }
    }

    private func learn() {
        guard let firstToken, let lastToken, let usage = reader.usage else { return }
        traffic.learn { pace in
            pace.firstToken(
                prompt: usage.prompt, cached: usage.cached, after: firstToken - sent, others: othersRead)
            pace.decoded(usage.completion - 1, in: lastToken - firstToken, width: width)
        }
    }
}
