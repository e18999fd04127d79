// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// One context of a real model, driven step by step.
final class LlamaBackend: SequenceBackend {
    private let context: LlamaContext
    private let sampler = TokenSampler()
    private let time = SystemTime()
    /// For each item of the last plan, where in the batch its last token stands.
    private var lastIndex: [Int] = []

    init(context: LlamaContext) { self.context = context }

    var admissionDelay: Duration { .zero }

    func compute(_ plan: StepPlan, _ planner: BatchPlanner) throws(BackendFailure) {
        do {
            for action in plan.actions {
                switch action {
                case .copy(let source, let target, let count): try context.copy(source, to: target, count: count)
                case .drop(let slot): try context.remove(slot)
                }
            }
            context.clearBatch()
            lastIndex.removeAll(keepingCapacity: true)
            for item in plan.items {
                var index = 0
                for (offset, token) in planner.tokens(of: item).enumerated() {
                    index = try context.add(
                        LlamaToken(bitPattern: token), at: item.position + offset, of: item.slot,
                        wantsOutput: item.wantsOutput && offset == item.count - 1)
                }
                lastIndex.append(index)
            }
            try context.decode()
        } catch .noRoom {
            throw .noRoom
        } catch {
            throw .step(error)
        }
    }

    func nextToken(_ item: Int, for answer: AnswerState) throws(BackendFailure) -> TokenID {
        let sampling = answer.request.sampling
        if let decoding = answer.decoding { return try choose(item, decoding, position: answer.position) }
        do {
            if sampling.temperature <= 0 { return TokenID(try context.likeliest(of: lastIndex[item])) }
            return try context.withLogits(of: lastIndex[item]) {
                sampler.choose(from: $0, sampling, position: answer.position)
            }
        } catch {
            throw .answer
        }
    }

    private func choose(_ item: Int, _ decoding: AnswerDecoding, position: Int) throws(BackendFailure) -> TokenID {
        let chosen: Result<TokenID, BackendFailure>
        do {
            chosen = try context.withMutableLogits(of: lastIndex[item]) { logits throws(BackendFailure) in
                try decoding.choose(from: logits, position: position)
            }
        } catch {
            throw .answer
        }
        return try chosen.get()
    }

    func bytes(of token: TokenID) -> [UInt8] { context.model.bytes(of: LlamaToken(bitPattern: token)) }
    func isEnd(_ token: TokenID, of answer: AnswerState) -> Bool {
        context.model.isEnd(LlamaToken(bitPattern: token))
    }
    func reset() { context.removeAll() }

    // MARK: Calibration

    /// About a second: two prompts of one batch, and a few steps at each batch size. The best of each counts, because
    /// whatever else the machine does only ever makes it slower.
    func calibrate() throws -> Calibration {
        let token = LlamaToken(1)
        let length = min(128, context.settings.batchTokens)
        var best = Double.infinity
        for _ in 0..<2 {
            context.removeAll()
            context.clearBatch()
            for position in 0..<length {
                try context.add(token, at: position, of: 0, wantsOutput: position == length - 1)
            }
            best = min(best, try seconds { try context.decode() })
        }
        let prefill = Double(length) / max(best, 1e-9)
        var steps: [Duration] = []
        var size = 1
        while size <= min(context.settings.sequences, context.settings.batchTokens, 16) {
            steps.append(try step(ofBatch: size, token))
            size *= 2
        }
        context.removeAll()
        return Calibration(prefillTokensPerSecond: prefill, stepByBatch: steps)
    }

    private func step(ofBatch size: Int, _ token: LlamaToken) throws -> Duration {
        context.removeAll()
        var best = Double.infinity
        for position in 0..<3 {
            context.clearBatch()
            for sequence in 0..<size { try context.add(token, at: position, of: sequence, wantsOutput: true) }
            best = min(best, try seconds { try context.decode() })
        }
        return .nanoseconds(Int64(best * 1e9))
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = time.now()
        try body()
        return (time.now() - start).inSeconds
    }
}
