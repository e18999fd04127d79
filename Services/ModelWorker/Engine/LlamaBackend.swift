// SPDX-License-Identifier: Apache-2.0

import Glibc
import Llama
import ModelWorkerDomain
import Primitives

/// One context of a real model, driven step by step.
final class LlamaBackend: SequenceBackend {
    private let context: LlamaContext
    private let sampler = TokenSampler()
    private let time = SystemTime()
    /// For each item of the last plan, where in the batch its last own token stands. Foretold ones follow.
    private var lastIndex: [Int] = []
    private var adapters: [String: LlamaAdapter]

    /// - Parameter adapters: loaded before the context was made, which then has room for them.
    init(context: LlamaContext, adapters: [String: LlamaAdapter] = [:]) {
        self.context = context
        self.adapters = adapters
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

    /// Work for all of it. A large model is measured at fewer widths and not for longer; a small one takes two seconds.
    private static let calibrationWork = Duration.seconds(3)
    /// The same on the clock of a machine that is busy with others.
    private static let calibrationTime = Duration.seconds(20)
    /// What decodes is measured with as many streams, what reads with one prompt of as many tokens.
    private static let streams = [1, 2, 4, 8]
    private static let prompts = [16, 32, 64, 128]

    /// Measures a step at rising widths. The best of each counts, because whatever else the machine does only ever
    /// makes it slower.
    func calibrate() throws -> Calibration {
        let (ends, begun) = (time.now() + Self.calibrationTime, workTime)
        // The first step reads the weights from disk.
        _ = try measure(tokens: 1, sequences: 1, at: 0)
        var points: [StepCost.Point] = []
        for width in Self.streams + Self.prompts {
            let sequences = width < 16 ? width : 1
            guard width <= context.settings.batchTokens, sequences <= context.settings.sequences else { continue }
            // No step is slower by its token than the last was: when even that would not fit, enough is known.
            let expected = points.last.map { $0.seconds * Double(width) / Double($0.tokens) } ?? 0
            let spent = workTime - begun
            guard spent.inSeconds + expected < Self.calibrationWork.inSeconds, time.now() < ends else { break }
            var best = Double.infinity
            for round in 0..<(width < 64 ? 3 : 2) where round == 0 || time.now() < ends {
                best = min(best, try measure(tokens: width, sequences: sequences, at: round))
            }
            points.append(StepCost.Point(tokens: width, seconds: best))
        }
        let perOutput = try secondsPerOutput(points, until: ends)
        context.removeAll()
        return Calibration(
            cost: StepCost(points: points, secondsPerOutput: perOutput), upTo: context.settings.sequences)
    }

    /// What logits add to a token of a wide step: one prompt, all of its logits, against the same with the last one's.
    private func secondsPerOutput(_ points: [StepCost.Point], until ends: MonotonicInstant) throws -> Double {
        guard let wide = points.last(where: { (16...32).contains($0.tokens) }), time.now() < ends else { return 0 }
        var best = Double.infinity
        for round in 0..<2 {
            best = min(best, try measure(tokens: wide.tokens, sequences: 1, at: round, wantsAll: true))
        }
        return max(0, best - wide.seconds) / Double(wide.tokens - 1)
    }

    private func measure(tokens: Int, sequences: Int, at round: Int, wantsAll: Bool = false) throws -> Double {
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

    /// With one thread its processor time: what neighbours take does not count. Several wait for one another, and then
    /// only the clock tells.
    var workTime: Duration {
        guard context.settings.threads == 1 else { return .nanoseconds(Int64(clamping: time.now().nanoseconds)) }
        var spent = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent)
        return .nanoseconds(Int64(spent.tv_sec) * 1_000_000_000 + Int64(spent.tv_nsec))
    }
}
