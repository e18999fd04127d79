// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// One context of a real model, driven step by step.
final class LlamaBackend: SequenceBackend {
    private let context: LlamaContext
    private let sampler = TokenSampler()
    /// For each item of the last plan, where in the batch its last own token stands. Foretold ones follow.
    private var lastIndex: [Int] = []
    private var adapters: [String: LlamaAdapter]
    private let draft: LlamaDraft?
    var proposer: (any TokenProposer)? { draft }

    /// - Parameter adapters: loaded before the context was made, which then has room for them.
    init(context: LlamaContext, adapters: [String: LlamaAdapter] = [:], draft: LlamaDraft? = nil) {
        self.context = context
        self.adapters = adapters
        self.draft = draft
    }

    var admissionDelay: Duration { .zero }

    // MARK: Sequences

    func copy(_ source: Int, to target: Int, count: Int) throws(BackendFailure) {
        do { try context.copy(source, to: target, count: count) } catch { throw .step(error) }
    }

    func drop(_ slot: Int) throws(BackendFailure) {
        do { try context.remove(slot) } catch { throw .step(error) }
    }

    func cut(_ slot: Int, from position: Int) throws(BackendFailure) {
        do { try context.remove(slot, from: position) } catch { throw .step(error) }
    }

    var stateBytesPerToken: Int { context.model.keepsWholeSequences ? context.model.cacheBytesPerToken : 0 }
    var stateIdentity: String { context.model.identity }
    func state(of slot: Int) -> [UInt8]? { context.state(of: slot) }

    func restore(_ bytes: [UInt8], to slot: Int, count: Int) -> Bool {
        guard context.restore(bytes, to: slot) else { return false }
        do {
            try context.remove(slot, from: count)
            return true
        } catch {
            return false
        }
    }

    // MARK: Adapters

    func loadAdapter(_ key: String, from path: String) throws {
        if adapters[key] == nil { adapters[key] = try LlamaAdapter(file: path, for: context.model) }
    }

    /// The context keeps the one that it used last until it uses another.
    func forgetAdapter(_ key: String) { adapters[key] = nil }

    private func useAdapter(_ key: String) throws(LlamaFailure) {
        if key.isEmpty { return try context.use(nil) }
        guard let adapter = adapters[key] else { throw .outOfRange("an adapter") }
        try context.use(adapter)
    }

    // MARK: A step

    func compute(_ plan: StepPlan, _ planner: BatchPlanner) throws(BackendFailure) {
        do {
            context.clearBatch()
            try useAdapter(plan.adapter)
            lastIndex.removeAll(keepingCapacity: true)
            for item in plan.items {
                var index = 0
                for (offset, token) in planner.tokens(of: item).enumerated() {
                    index = try context.add(
                        LlamaToken(bitPattern: token), at: item.position + offset, of: item.slot,
                        wantsOutput: item.wantsOutput && offset == item.count - 1)
                }
                lastIndex.append(index)
                for (offset, token) in item.draft.enumerated() {
                    try context.add(
                        LlamaToken(bitPattern: token), at: item.position + item.count + offset, of: item.slot,
                        wantsOutput: true)
                }
            }
            try context.decode()
        } catch .noRoom {
            throw .noRoom
        } catch {
            throw .step(error)
        }
    }

    func nextToken(_ item: Int, after drafted: Int, for answer: AnswerState) throws(BackendFailure) -> TokenID {
        let sampling = answer.request.sampling
        let index = lastIndex[item] + drafted
        if let decoding = answer.decoding { return try choose(index, decoding, position: answer.position) }
        do {
            if sampling.temperature <= 0 { return TokenID(try context.likeliest(of: index)) }
            return try context.withLogits(of: index) {
                sampler.choose(from: $0, sampling, position: answer.position)
            }
        } catch {
            throw .answer
        }
    }

    private func choose(_ index: Int, _ decoding: AnswerDecoding, position: Int) throws(BackendFailure) -> TokenID {
        let chosen: Result<TokenID, BackendFailure>
        do {
            chosen = try context.withMutableLogits(of: index) { logits throws(BackendFailure) in
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

    func calibrate() throws -> Calibration {
        var calibration = Calibration(
            cost: try StepMeasure(context: context).cost(), upTo: context.settings.sequences)
        // One that cannot be measured is never asked: answers do not depend on it.
        calibration.draft = draft.flatMap { try? $0.cost() }
        return calibration
    }

    var workTime: Duration { StepMeasure(context: context).workTime }
}
