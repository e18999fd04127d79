// SPDX-License-Identifier: Apache-2.0

import Dispatch
import ModelWorkerDomain
import Primitives
import Synchronization

/// A request on its way to the engine's thread.
struct Submission: Sendable {
    var request: GenerationRequest
    /// The rendered prompt, without the resumed tokens.
    var prompt: [TokenID]
    var channel: TokenChannel
    var at: MonotonicInstant
    /// How the answer's tokens are chosen and its text is read, where that is more than usual.
    var decoding: AnswerDecoding?
    var reading: (any AnswerReading)?
}

/// How handlers talk to an engine's thread: they leave messages, it takes all of them between two steps.
///
/// Bounded by `maxLive`, the requests that may run and wait together; what is over that is refused here, before it
/// costs the thread anything.
final class EngineMailbox: Sendable {
    enum Message: Sendable {
        case submit(Submission)
        case cancel(RequestID, EngineRefusal)
        /// The reader of a paused request has caught up.
        case drained(RequestID)
        /// A saved sequence came from disk; nil: it is gone or damaged.
        case fetched(StateKey, StateStore.Saved?)
        case adapter(AdapterOrder)
        /// Something outside the engine changed that the load report shows.
        case report
    }

    private struct State {
        var messages: [Message] = []
        var live = 0
        /// From the start: what comes before the thread has calibrated waits for it.
        var isOpen = true
        var isSleeping = false
        var mustStop = false
    }

    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    let maxLive: Int

    init(maxLive: Int) { self.maxLive = maxLive }

    // MARK: Handlers' side

    func submit(_ submission: Submission) throws(EngineRefusal) {
        let (refusal, mustWake) = state.withLock { state -> (EngineRefusal?, Bool) in
            guard state.isOpen else { return (.stopped, false) }
            guard state.live < maxLive else { return (.admission(.queueFull(waiting: state.live)), false) }
            state.live += 1
            return (nil, Self.append(.submit(submission), &state))
        }
        if mustWake { signal.signal() }
        if let refusal { throw refusal }
    }

    /// - Returns: false when nobody takes messages any more.
    @discardableResult
    func post(_ message: Message) -> Bool {
        let (isTaken, mustWake) = state.withLock { state in
            (state.isOpen, state.isOpen && Self.append(message, &state))
        }
        if mustWake { signal.signal() }
        return isTaken
    }

    func stop() {
        state.withLock { $0.mustStop = true }
        signal.signal()
    }

    private static func append(_ message: Message, _ state: inout State) -> Bool {
        state.messages.append(message)
        defer { state.isSleeping = false }
        return state.isSleeping
    }

    // MARK: The thread's side

    /// Takes no more, and tells the readers of what was left unread.
    func close(_ refusal: EngineRefusal) {
        let messages = state.withLock { state in
            state.isOpen = false
            defer { state.messages = [] }
            return state.messages
        }
        for message in messages {
            switch message {
            case .submit(let submission):
                submission.channel.fail(refusal)
                release()
            case .adapter(let order): order.done?(.failure(refusal))
            case .cancel, .drained, .fetched, .report: break
            }
        }
    }

    /// A request is over, and its place free.
    func release() { state.withLock { $0.live -= 1 } }

    var mustStop: Bool { state.withLock { $0.mustStop } }

    /// What has come, without waiting.
    func take() -> [Message] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Waits until something comes, at most `duration`.
    func wait(atMost duration: Duration) {
        let mustWait = state.withLock { state in
            guard state.messages.isEmpty, !state.mustStop else { return false }
            state.isSleeping = true
            return true
        }
        guard mustWait else { return }
        // A signal left over from an earlier race only makes us look once more.
        _ = signal.wait(timeout: .now() + .nanoseconds(Int(max(0, duration.nanoseconds))))
        state.withLock { $0.isSleeping = false }
    }
}
