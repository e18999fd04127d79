// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives

/// What the generation loop needs of a model. Lives on the loop's thread and nowhere else.
protocol SequenceBackend: AnyObject {
    /// Measures how fast the model is. Called once, before the first request.
    func calibrate() throws -> Calibration

    /// Gives `target` the first `count` tokens of `source`.
    func copy(_ source: Int, to target: Int, count: Int) throws(BackendFailure)
    func drop(_ slot: Int) throws(BackendFailure)

    /// Size of a saved sequence over its tokens; 0 where sequences cannot be saved.
    var stateBytesPerToken: Int { get }
    /// Names what a saved sequence is of use to.
    var stateIdentity: String { get }
    func state(of slot: Int) -> [UInt8]?
    /// Fills an empty slot from saved bytes and keeps its first `count` tokens. False when that fails, and it is empty.
    func restore(_ bytes: [UInt8], to slot: Int, count: Int) -> Bool

    /// A second, smaller model that says what may come next; nil without one.
    var proposer: (any TokenProposer)? { get }

    /// Time this engine has worked, from any beginning. Where that cannot be told, time on the clock.
    var workTime: Duration { get }

    /// Makes an adapter ready, by its key in plans. Blocks for as long as that takes.
    func loadAdapter(_ key: String, from path: String) throws
    func forgetAdapter(_ key: String)

    /// Computes the plan's items, its cache actions performed before. Blocks for as long as that takes.
    func compute(_ plan: StepPlan, _ planner: BatchPlanner) throws(BackendFailure)

    /// Chooses the token after an item of the plan just computed.
    /// - Parameters:
    ///   - item: index of the item in the plan.
    ///   - drafted: how many of the item's foretold tokens stand before it.
    func nextToken(_ item: Int, after drafted: Int, for answer: AnswerState) throws(BackendFailure) -> TokenID

    /// Forgets a sequence from a position on: foretold tokens that did not come.
    func cut(_ slot: Int, from position: Int) throws(BackendFailure)

    func bytes(of token: TokenID) -> [UInt8]
    func isEnd(_ token: TokenID, of answer: AnswerState) -> Bool

    /// Forgets everything that is cached.
    func reset()

    /// How long a request waits before it may be admitted. Only a simulation has a reason to.
    var admissionDelay: Duration { get }
}

/// What can go wrong in a step.
enum BackendFailure: Error {
    /// The cache has no room, against all accounting. Giving up cached sequences may help.
    case noRoom
    /// This one answer fails; the others go on.
    case answer
    /// This one answer fails: its grammar lets nothing follow.
    case deadEnd
    /// The step failed as a whole.
    case step(any Error)
}

/// One answer in the making, as its backend may see it.
struct AnswerState {
    let request: GenerationRequest
    let promptTokens: Int
    /// What stands for the prompt where only its identity matters.
    let promptDigest: UInt64
    /// Index in the answer of the next token.
    var position: Int
    /// What choosing its tokens needs beyond the settings; nil for most answers.
    var decoding: AnswerDecoding?
}
