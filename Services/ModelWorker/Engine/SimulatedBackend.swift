// SPDX-License-Identifier: Apache-2.0

import Glibc
import ModelWorkerDomain
import Primitives

/// The model that is not there: a step takes as long as it is set to, and the next token is a function of the
/// request's seed, the prompt and the position.
final class SimulatedBackend: SequenceBackend {
    private let settings: SimulationSettings
    private let language: SimulatedLanguage
    private let time: any TimeSource
    /// When the last step ended. Steps are timed from there, so that what is done between two does not slow them.
    private var lastEnd = MonotonicInstant(nanoseconds: 0)

    init(settings: SimulationSettings, language: SimulatedLanguage, time: any TimeSource) {
        self.settings = settings
        self.language = language
        self.time = time
    }

    var proposer: (any TokenProposer)? { nil }
    var admissionDelay: Duration { settings.firstTokenDelay }

    func calibrate() -> Calibration {
        let perToken = settings.prefillPerToken.inSeconds
        let step = settings.step.inSeconds
        let wide = 65_536
        let cost = StepCost(points: [
            StepCost.Point(tokens: 1, seconds: step + perToken),
            StepCost.Point(tokens: wide, seconds: step + perToken * Double(wide)),
        ])
        return Calibration(
            prefillTokensPerSecond: 1 / max(1e-9, perToken),
            stepByBatch: [Duration](repeating: settings.step, count: 4), cost: cost, isExact: true)
    }

    var workTime: Duration { .nanoseconds(Int64(clamping: time.now().nanoseconds)) }

    // What is cached is what the planner says is; a state stands for its tokens' number alone.
    func copy(_ source: Int, to target: Int, count: Int) {}
    func drop(_ slot: Int) {}
    func cut(_ slot: Int, from position: Int) {}
    var stateBytesPerToken: Int { 64 }
    var stateIdentity: String { "simulated" }
    func loadAdapter(_ key: String, from path: String) {}
    func forgetAdapter(_ key: String) {}
    func state(of slot: Int) -> [UInt8]? { [UInt8](repeating: UInt8(truncatingIfNeeded: slot), count: 4_096) }
    func restore(_ bytes: [UInt8], to slot: Int, count: Int) -> Bool { bytes.count == 4_096 }

    func compute(_ plan: StepPlan, _ planner: BatchPlanner) throws(BackendFailure) {
        guard !plan.items.isEmpty else { return }
        let prefill = plan.items.reduce(0) { $0 + ($1.count > 1 ? $1.count : 0) }
        let hasDecode = plan.items.contains { $0.count == 1 }
        let duration = (hasDecode ? settings.step : .zero) + settings.prefillPerToken * prefill
        let now = time.now()
        // After a pause the clock starts anew; in a row of steps each begins where the last one ended.
        let start = hasDecode && now - lastEnd < settings.step ? lastEnd : now
        lastEnd = start + duration
        sleep(until: lastEnd)
    }

    func nextToken(_ item: Int, after drafted: Int, for answer: AnswerState) throws(BackendFailure) -> TokenID {
        if let last = failingPosition(of: answer), answer.position >= last { throw .answer }
        if settings.answerTokens > 0, answer.position >= settings.answerTokens { return SimulatedLanguage.endToken }
        return language.token(
            seed: answer.request.sampling.seed, prompt: answer.promptDigest, position: answer.position)
    }

    func bytes(of token: TokenID) -> [UInt8] { language.bytes(of: token) }
    func isEnd(_ token: TokenID, of answer: AnswerState) -> Bool { token == SimulatedLanguage.endToken }
    func reset() {}

    /// Where this answer is to fail, if it is. Depends on the process's seed too, so that another worker may succeed.
    private func failingPosition(of answer: AnswerState) -> Int? {
        guard settings.failureRate > 0 else { return nil }
        let dice = CounterRandom(seed: settings.seed ^ answer.promptDigest ^ answer.request.id.number)
        guard dice.unit(at: 0) < settings.failureRate else { return nil }
        return Int(dice.unit(at: 1) * Double(max(1, answer.request.maxTokens)))
    }

    private func sleep(until moment: MonotonicInstant) {
        var left = (moment - time.now()).nanoseconds
        while left > 0 {
            var pause = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            nanosleep(&pause, nil)
            left = (moment - time.now()).nanoseconds
        }
    }
}
