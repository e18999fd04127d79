// SPDX-License-Identifier: Apache-2.0

import Clients
import Loops
import Messages
import NIOCore
import Primitives
import RPC
import Synchronization

@testable import OrchestratorService

// The doubles: real method tables over the in-process transport, so that frames, credit and deadlines are real.
extension Ensemble {
    static func worker(_ box: Mutex<Worker>.Box) -> MethodTable {
        var table = MethodTable()
        table.serverStreaming(ModelWorkerMethods.generate) { request, _, events in
            let plan = box.change { worker in
                worker.requests.append(request)
                return worker
            }
            do {
                if !request.resumeTokens.isEmpty, plan.refusesReplays() {
                    throw Failure(.resourceExhausted, "The worker's queue is full.", reason: "queue_full")
                }
                if let seeded = plan.seeded { return try await seeded.play(request, to: events) }
                try await events.send(
                    GenerateEvent(
                        kind: .started(GenerateStarted(promptTokens: 10, cachedTokens: 4, tokenizer: "t", seed: 7))))
                try await plan.stall(plan.requests.count)
                // One that goes on from the text counts from nothing.
                let heard = request.resumeText.map { plan.chunks(in: $0) } ?? 0
                for index in max(heard, request.resumeTokens.count)..<plan.chunks.count {
                    let seq = UInt32(index - heard)
                    if plan.failsAt == index { throw plan.failure }
                    if plan.pause > 0 { try await pace(plan.pause) }
                    if plan.tellsLogprobs {
                        let token = TokenLogprob(spelling: Array(plan.chunks[index].utf8), logprob: -1)
                        try await events.send(
                            GenerateEvent(kind: .logprobs(AnswerLogprobs(seq: seq, tokens: [token]))))
                    }
                    try await events.send(
                        TokenChunk(
                            seq: seq, count: 1, text: plan.chunks[index],
                            ids: plan.tellsTokens ? [UInt32(100 + index)] : []))
                }
                if plan.failsAt == plan.chunks.count { throw plan.failure }
                try await events.send(GenerateEvent(kind: .finished(plan.finish)))
            } catch {
                if Task.isCancelled { box.change { $0.cancelled += 1 } }
                throw error
            }
        }
        table.unary(ModelWorkerMethods.embed) { request, _ in
            let plan = box.value
            if plan.failsAt == 0 { throw plan.failure }
            return EmbedTextsReply(
                vectors: request.texts.map { EmbeddingVector(values: [Float($0.utf8.count)]) },
                promptTokens: UInt32(request.texts.count))
        }
        table.unary(ModelWorkerMethods.rank) { request, _ in
            let plan = box.value
            if plan.failsAt == 0 { throw plan.failure }
            return RankTextsReply(
                scores: request.texts.map { $0 == "nonsense" ? .nan : Float($0.utf8.count) },
                promptTokens: UInt32(request.texts.count + 1))
        }
        return table
    }

    /// One step of a worker that takes its time: a timer of the loop that carries the call.
    static func pace(_ milliseconds: Int) async throws {
        try await LoopExecutor.shared.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {}
            .futureResult.get()
        try Task.checkCancellation()
    }

    static func billing(_ box: Mutex<Billing>.Box) -> MethodTable {
        var table = MethodTable()
        table.unary(BillingMethods.reserve) { request, _ in
            if let failure = box.value.reserve { throw failure }
            if box.value.pause > 0 { try await pace(box.value.pause) }
            box.change { $0.reserved.append(request) }
            return ReserveReply(amountMicros: 100, currency: "USD", priceVersion: 1)
        }
        table.unary(BillingMethods.settle) { request, _ in
            if let failure = box.value.settle { throw failure }
            let usage = request.usage
            box.change { $0.settled.append(request) }
            return SettleReply(chargedMicros: Int64(usage.promptTokens + 2 * usage.completionTokens), currency: "USD")
        }
        table.unary(BillingMethods.release) { request, _ in
            box.change { $0.released.append(request) }
            return ReleaseReply()
        }
        return table
    }

    static func moderation(_ box: Mutex<Judge>.Box) -> MethodTable {
        var table = MethodTable()
        table.unary(ModerationMethods.judgeText) { _, _ in
            if let failure = box.value.inputFailure { throw failure }
            return box.value.input
        }
        table.bidirectional(ModerationMethods.judgeStream) { _, chunks, verdicts in
            let plan = box.value
            var text = ""
            var count = 0
            var told = false
            while let input = try await chunks.nextEvent() {
                guard case .chunk(let chunk) = input.kind else {
                    try await verdicts.send(JudgeStreamOutput(failMode: plan.mode))
                    continue
                }
                if plan.failsAt == count { throw Failure(.unavailable, "Moderation is gone.", reason: "gone") }
                count += 1
                text += chunk.text
                var output = JudgeStreamOutput(releasedUpTo: UInt64(text.utf8.count))
                if let stop = plan.stopAt, let found = text.firstByte(of: stop) {
                    output.releasedUpTo = UInt64(found)
                    output.stopReason = "blocklist"
                } else if let bad = plan.forbidden {
                    if let found = text.firstByte(of: bad), !told {
                        told = true
                        output.redactions = [
                            Redaction(
                                startByte: UInt64(found), endByte: UInt64(found + bad.utf8.count), replacement: "[x]",
                                kind: "test")
                        ]
                    } else if !told, !chunk.isLast {
                        // Holds while the end may be the beginning of a match.
                        output.releasedUpTo = UInt64(max(0, text.utf8.count - bad.utf8.count + 1))
                    }
                }
                try await verdicts.send(output)
            }
        }
        return table
    }

    static func retriever(_ box: Mutex<Result<[Citation], Failure>>.Box) -> MethodTable {
        var table = MethodTable()
        table.unary(RetrieverMethods.findPassages) { _, _ in
            FindPassagesReply(passages: try box.value.get())
        }
        return table
    }
}

extension Ensemble.Worker {
    /// How many chunks a text is made of.
    fileprivate func chunks(in text: [UInt8]) -> Int {
        var rest = text[...]
        return chunks.prefix { chunk in
            guard !rest.isEmpty, rest.starts(with: chunk.utf8) else { return false }
            rest.removeFirst(chunk.utf8.count)
            return true
        }.count
    }
}

extension String {
    /// Where `part` begins, in bytes.
    fileprivate func firstByte(of part: String) -> Int? {
        let whole = Array(utf8)
        let wanted = Array(part.utf8)
        guard whole.count >= wanted.count else { return nil }
        return (0...(whole.count - wanted.count)).first { Array(whole[$0..<($0 + wanted.count)]) == wanted }
    }
}
