// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain

/// What one answer needs beyond its settings to have its tokens chosen: penalties, a grammar, a record of
/// probabilities. Most answers need none of it and have no such object.
///
/// `@unchecked Sendable`: made by a handler, handed over with its request, and from then on touched by the engine's
/// thread only.
final class AnswerDecoding: @unchecked Sendable {
    private let sampling: SamplingSettings
    private let alternatives: Int?
    private var shaping: LogitShaping?
    private let grammar: LlamaGrammar?
    private let sampler = TokenSampler()
    /// Control tokens whose name belongs to the answer's notation, and how they are written.
    private let spellings: [TokenID: [UInt8]]
    /// How likely the token chosen last was; nil when nobody asked.
    private(set) var report: TokenReport?

    /// nil where a plain choice from the logits is all there is to it.
    init?(
        _ request: GenerationRequest, prompt: [TokenID], grammar: LlamaGrammar?, spellings: [TokenID: [UInt8]] = [:]
    ) {
        sampling = request.sampling
        alternatives = request.alternatives
        shaping = LogitShaping(request.sampling, prompt: prompt)
        self.grammar = grammar
        self.spellings = spellings
        guard shaping != nil || grammar != nil || alternatives != nil || !spellings.isEmpty else { return nil }
    }

    /// Chooses a token, check-first: the grammar is asked about the one that would be chosen, and only when it refuses
    /// are all others masked. Asking about one takes microseconds, masking 49,152 takes milliseconds.
    func choose(
        from logits: UnsafeMutableBufferPointer<Float>, position: Int
    ) throws(BackendFailure) -> TokenID {
        let asIs = alternatives == nil ? nil : PlaceProbabilities(UnsafeBufferPointer(logits))
        shaping?.apply(to: logits)
        var token = sampler.choose(from: UnsafeBufferPointer(logits), sampling, position: position)
        if let grammar {
            do {
                if try !grammar.allows(LlamaToken(bitPattern: token)) {
                    // Nothing may come: whatever were drawn now would be garbage.
                    guard try grammar.mask(logits) > 0 else { throw BackendFailure.deadEnd }
                    token = sampler.choose(from: UnsafeBufferPointer(logits), sampling, position: position, attempt: 1)
                }
            } catch let failure as BackendFailure {
                throw failure
            } catch {
                throw .answer
            }
        }
        report = alternatives.flatMap { asIs?.report(on: token, alternatives: $0) }
        return token
    }

    /// Takes a token of the answer, chosen here or by an earlier worker.
    func accept(_ token: TokenID) throws(BackendFailure) {
        shaping?.note(token)
        do {
            try grammar?.accept(LlamaToken(bitPattern: token))
        } catch {
            throw .answer
        }
    }

    func spelling(of token: TokenID) -> [UInt8]? { spellings.isEmpty ? nil : spellings[token] }
}
