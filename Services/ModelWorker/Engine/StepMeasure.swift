// SPDX-License-Identifier: Apache-2.0

import Glibc
import Llama
import ModelWorkerDomain
import Primitives

/// Measures what steps of one context cost, at rising widths.
struct StepMeasure {
    let context: LlamaContext
    /// Work for all of it. A large model is measured at fewer widths and not for longer; a small one takes two seconds.
    var work = Duration.seconds(3)
    /// The same on the clock of a machine that is busy with others.
    var clock = Duration.seconds(20)

    /// What decodes is measured with as many streams, what reads with one prompt of as many tokens.
    private static let streams = [1, 2, 4, 8]
    private static let prompts = [16, 32, 64, 128]
    private let time = SystemTime()

    init(context: LlamaContext) { self.context = context }

    /// The best of each width counts, because whatever else the machine does only ever makes it slower. The context is
    /// empty afterwards.
    func cost() throws(LlamaFailure) -> StepCost {
        let (ends, begun) = (time.now() + clock, workTime)
        // The first step reads the weights from disk.
        _ = try measure(tokens: 1, sequences: 1, at: 0)
        var points: [StepCost.Point] = []
        for width in Self.streams + Self.prompts {
            let sequences = width < 16 ? width : 1
            guard width <= context.settings.batchTokens, width <= context.settings.contextTokens,
                sequences <= context.settings.sequences
            else { continue }
            // No step is slower by its token than the last was: when even that would not fit, enough is known.
            let expected = points.last.map { $0.seconds * Double(width) / Double($0.tokens) } ?? 0
            let spent = workTime - begun
            guard spent.inSeconds + expected < work.inSeconds, time.now() < ends else { break }
            var best = Double.infinity
            for round in 0..<(width < 64 ? 3 : 2) where round == 0 || time.now() < ends {
                best = min(best, try measure(tokens: width, sequences: sequences, at: round))
            }
            points.append(StepCost.Point(tokens: width, seconds: best))
        }
        let perOutput = try secondsPerOutput(points, until: ends)
        context.removeAll()
        return StepCost(points: points, secondsPerOutput: perOutput)
    }

    /// What logits add to a token of a wide step: one prompt, all of its logits, against the same with the last one's.
    private func secondsPerOutput(
        _ points: [StepCost.Point], until ends: MonotonicInstant
    ) throws(LlamaFailure) -> Double {
        guard let wide = points.last(where: { (16...32).contains($0.tokens) }), time.now() < ends else { return 0 }
        var best = Double.infinity
        for round in 0..<2 {
            best = min(best, try measure(tokens: wide.tokens, sequences: 1, at: round, wantsAll: true))
        }
        return max(0, best - wide.seconds) / Double(wide.tokens - 1)
    }

    private func measure(
        tokens: Int, sequences: Int, at round: Int, wantsAll: Bool = false
    ) throws(LlamaFailure) -> Double {
        // Decodes go on where they were; a prompt begins anew.
        if sequences == 1 || round == 0 { context.removeAll() }
        context.clearBatch()
        for index in 0..<tokens {
            let position = sequences == 1 ? index : round
            try context.add(
                LlamaToken(1), at: position, of: sequences == 1 ? 0 : index,
                wantsOutput: wantsAll || sequences > 1 || index == tokens - 1)
        }
        let start = workTime
        try context.decode()
        return (workTime - start).inSeconds
    }

    /// With one thread its processor time: what neighbours take does not count. Several wait for one another, and a
    /// thread for its accelerator; then only the clock tells.
    var workTime: Duration {
        guard context.settings.threads == 1, !context.model.isOffloaded else {
            return .nanoseconds(Int64(clamping: time.now().nanoseconds))
        }
        var spent = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent)
        return .nanoseconds(Int64(spent.tv_sec) * 1_000_000_000 + Int64(spent.tv_nsec))
    }
}
