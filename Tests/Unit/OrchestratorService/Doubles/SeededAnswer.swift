// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives
import RPC
import Synchronization

/// A model in a few lines that writes what is hard to continue: characters in several tokens, and beginnings of stop
/// strings. Its tokens are a function of seed and position, its text that of a real worker's assembler.
struct SeededAnswer: Sendable {
    static let vocabulary: [[UInt8]] =
        ["a", "st", "o", "p", " ", "end", "zß"].map { Array($0.utf8) }
        // A globe in four tokens and a ligature in two; a model may stop in the middle of either.
        + Array("🌍".utf8).map { [$0] } + [[0xC3], [0xA6]]

    /// Tokens until the model ends by itself.
    var length = 24
    /// What a worker draws when the request has no seed.
    var drawnSeed: UInt64 = 7
    var tokenizer = "pieces"
    /// Whether the ids are told, as an upstream server does not.
    var tellsTokens = true
    /// For each call to come, after how many of its events it dies; calls after these live.
    let deaths: Mutex<[Int]>.Box
    /// A worker that has died starts again as another process.
    var died: @Sendable () -> Void = {}

    init(deaths: [Int] = []) { self.deaths = Mutex<[Int]>.Box(deaths) }

    private static let globe = 7

    static func token(_ seed: UInt64, _ position: Int) -> UInt32 {
        // Now and then a whole globe, byte by byte; what else comes of its bytes is no character.
        if position % 12 >= 4, position % 12 < 8 { return UInt32(globe + position % 4) }
        return UInt32(CounterRandom(seed: seed).bits(at: UInt64(position)) % UInt64(vocabulary.count))
    }

    /// All events of one call, one a frame.
    func events(of request: GenerateRequest) -> [StreamElement<GenerateEvent>] {
        let seed = request.sampling.seed ?? drawnSeed
        var assembler = AnswerAssembler(stops: request.stop)
        for token in request.resumeTokens { _ = assembler.append(Self.vocabulary[Int(token)]) }
        var events: [StreamElement<GenerateEvent>] = [
            .event(
                GenerateEvent(
                    kind: .started(GenerateStarted(promptTokens: 10, cachedTokens: 4, tokenizer: tokenizer, seed: seed))
                ))
        ]
        var position = request.resumeTokens.count
        var reason = "stop"
        while !assembler.hasStopped, position < length {
            if position >= Int(request.maxCompletionTokens) {
                reason = "length"
                break
            }
            let id = Self.token(seed, position)
            let text = assembler.append(Self.vocabulary[Int(id)])
            events.append(
                .tokens(
                    TokenChunk(
                        seq: UInt32(position), count: 1, text: String(decoding: text, as: UTF8.self),
                        ids: tellsTokens ? [id] : [])))
            position += 1
        }
        let rest = assembler.finish()
        if !rest.isEmpty {
            events.append(
                .tokens(
                    TokenChunk(seq: UInt32(position), count: 0, text: String(decoding: rest, as: UTF8.self), ids: [])))
        }
        events.append(.event(GenerateEvent(kind: .finished(GenerateFinished(finishReason: reason, usage: Usage())))))
        return events
    }

    func play(_ request: GenerateRequest, to writer: StreamWriter<GenerateEvent>) async throws {
        let death = deaths.change { $0.isEmpty ? nil : $0.removeFirst() }
        for (index, event) in events(of: request).enumerated() {
            if index == death {
                died()
                throw Failure(.unavailable, "The worker is gone.", reason: "worker_lost")
            }
            switch event {
            case .event(let event): try await writer.send(event)
            case .tokens(let chunk): try await writer.send(chunk)
            }
        }
    }
}
