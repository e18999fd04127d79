// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain

extension LlamaModel {
    /// - Throws: when this model cannot draft for the other.
    func checked(asDraftOf model: LlamaModel) throws(LlamaFailure) -> LlamaModel {
        guard hasDecoder else { throw .unsupported("\(name) cannot generate, so it cannot draft") }
        // What did not come must be taken away again.
        guard keepsWholeSequences else { throw .unsupported("\(name) keeps no whole sequences, so it cannot draft") }
        if let difference = vocabularyDifference(from: model) { throw .otherVocabulary(difference) }
        return self
    }
}

/// A draft model's context. What it holds of which answer is the planner's to know: this does as it is asked.
final class LlamaDraft: TokenProposer {
    /// Tokens in one of its batches: it reads a gap in some of them. The library holds room for the logits of all.
    static let batchTokens = 128
    /// Work for measuring it at start.
    private static let measuring = Duration.seconds(1)

    private struct Chain {
        var proposal: DraftProposal
        let slot: Int
        /// Where its next token goes.
        var position: Int
        let most: Int
        let floor: Float
        /// Where in the batch the token stands whose logits it waits for.
        var output = 0
        var isOver = false
    }

    private let context: LlamaContext
    /// Whom it drafts for.
    private let model: LlamaModel

    /// - Parameters:
    ///   - model: of an equal vocabulary.
    ///   - settings: `sequences` as many as the model's context has.
    init(_ draft: LlamaModel, for model: LlamaModel, _ settings: LlamaContext.Settings) throws(LlamaFailure) {
        context = try LlamaContext(draft, settings)
        self.model = model
    }

    /// Loads a draft model's file. Blocks for as long as that takes.
    static func load(_ path: String, gpuLayers: Int, _ log: EngineLog) throws(LlamaFailure) -> LlamaModel {
        try AvailableMemory.check(draft: path)
        return try ModelLoading.load(path, gpuLayers: gpuLayers, log)
    }

    func cost() throws(LlamaFailure) -> StepCost {
        var measure = StepMeasure(context: context)
        measure.work = Self.measuring
        return try measure.cost()
    }

    func propose(for plan: StepPlan, _ planner: BatchPlanner) throws -> [DraftProposal] {
        for slot in plan.forgotten { try context.remove(slot) }
        context.clearBatch()
        var chains: [Chain] = []
        var fresh: [Int] = []
        for (index, item) in plan.items.enumerated() {
            guard let ask = item.ask else { continue }
            try context.remove(item.slot, from: ask.kept)
            let tokens = planner.tokens(toRead: item).map { LlamaToken(bitPattern: $0) }
            // Tokens that only the model has cannot be read.
            guard tokens.allSatisfy(context.model.contains) else {
                // The planner thinks of it as empty from now on.
                try context.remove(item.slot)
                continue
            }
            var chain = Chain(
                proposal: DraftProposal(item: index), slot: item.slot, position: ask.kept, most: ask.count,
                floor: ask.floor)
            for (offset, token) in tokens.enumerated() {
                if context.batchCount == context.settings.batchTokens { try compute(&chains, &fresh) }
                chain.output = try context.add(
                    token, at: chain.position, of: item.slot, wantsOutput: offset == tokens.count - 1)
                chain.position += 1
            }
            fresh.append(chains.count)
            chains.append(chain)
        }
        try compute(&chains, &fresh)
        while chains.contains(where: { !$0.isOver }) { try goOn(&chains) }
        return chains.map(\.proposal)
    }

    /// Feeds every chain that is not over the token it proposed last.
    private func goOn(_ chains: inout [Chain]) throws(LlamaFailure) {
        var fed: [Int] = []
        for at in chains.indices where !chains[at].isOver {
            guard let last = chains[at].proposal.tokens.last else { continue }
            if context.batchCount == context.settings.batchTokens { try compute(&chains, &fed) }
            chains[at].output = try context.add(
                LlamaToken(bitPattern: last), at: chains[at].position, of: chains[at].slot, wantsOutput: true)
            chains[at].position += 1
            chains[at].proposal.computed += 1
            fed.append(at)
        }
        try compute(&chains, &fed)
    }

    /// Computes the batch, and takes the next token of those whose logits it has.
    private func compute(_ chains: inout [Chain], _ waiting: inout [Int]) throws(LlamaFailure) {
        try context.decode()
        for at in waiting {
            let (token, probability) = try context.surest(of: chains[at].output)
            guard probability >= chains[at].floor, model.contains(token), !model.isEnd(token) else {
                chains[at].isOver = true
                continue
            }
            chains[at].proposal.append(TokenID(bitPattern: token), probability: probability)
            chains[at].isOver = chains[at].proposal.tokens.count >= chains[at].most
        }
        waiting.removeAll(keepingCapacity: true)
        context.clearBatch()
    }
}
