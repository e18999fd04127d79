// SPDX-License-Identifier: Apache-2.0

import Llama

/// The floor: the library driven by nothing but a loop. No queue, no stop strings, nobody to stream to.
struct BareLoop {
    let model: LlamaModel
    let threads: Int
    /// Prompts that begin with the same system message, as the engine renders them.
    let warm: [[LlamaToken]]

    func figures() throws -> [Figure] {
        var figures: [Figure] = []
        for width in Workload.widths {
            figures.append(Figure(name: "bare_decode_c\(width)", value: try decode(width)))
        }
        return figures + [Figure(name: "bare_warm_first_token_ms", value: try warmFirstToken())]
    }

    /// Tokens per second of processor time, prompts read beforehand and not counted.
    private func decode(_ width: Int) throws -> Double {
        let context = try LlamaContext(
            model,
            LlamaContext.Settings(contextTokens: 2_048, batchTokens: 256, sequences: width, threads: threads))
        var next: [LlamaToken] = []
        var positions: [Int] = []
        for sequence in 0..<width {
            let tokens = try model.tokenize(Workload.prompt(sequence))
            next.append(try read(tokens[...], from: 0, of: sequence, in: context))
            positions.append(tokens.count)
        }
        let start = processorSeconds()
        for _ in 0..<Workload.answerTokens {
            context.clearBatch()
            for sequence in 0..<width {
                try context.add(next[sequence], at: positions[sequence], of: sequence, wantsOutput: true)
                positions[sequence] += 1
            }
            try context.decode()
            for sequence in 0..<width { next[sequence] = try context.likeliest(of: sequence) }
        }
        return Double(width * Workload.answerTokens) / (processorSeconds() - start)
    }

    /// Milliseconds of processor time to the first token of each warm prompt after the first, when another sequence
    /// holds what it has in common with that.
    private func warmFirstToken() throws -> Double {
        let context = try LlamaContext(
            model, LlamaContext.Settings(contextTokens: 2_048, batchTokens: 256, sequences: 2, threads: threads))
        let first = warm[0]
        var at = 0
        while at < first.count {
            let end = min(first.count, at + 256)
            _ = try read(first[at..<end], from: at, of: 0, in: context)
            at = end
        }
        var times: [Double] = []
        for prompt in warm.dropFirst() {
            let shared = zip(first, prompt).prefix { $0.0 == $0.1 }.count
            let start = processorSeconds()
            try context.copy(0, to: 1, count: shared)
            _ = try read(prompt[shared...], from: shared, of: 1, in: context)
            times.append((processorSeconds() - start) * 1_000)
            try context.remove(1)
        }
        return median(times)
    }

    private func read(
        _ tokens: ArraySlice<LlamaToken>, from position: Int, of sequence: Int, in context: LlamaContext
    ) throws -> LlamaToken {
        context.clearBatch()
        for (offset, token) in tokens.enumerated() {
            try context.add(token, at: position + offset, of: sequence, wantsOutput: offset == tokens.count - 1)
        }
        try context.decode()
        return try context.likeliest(of: tokens.count - 1)
    }
}
