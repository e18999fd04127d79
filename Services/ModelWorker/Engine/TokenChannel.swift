// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Synchronization

/// Carries one answer from the engine's thread to its reader.
///
/// The engine never waits: it adds to what is pending, and the reader takes everything pending at once. A reader that
/// lags by more than `maxPending` tokens has its sequence paused until it has taken them, so at most that much is
/// ever buffered.
package final class TokenChannel: GenerationSource {
    /// About a second of a fast stream: enough to ride out a hiccup, small enough to buffer for thousands.
    package static let maxPending = 64

    private struct State {
        var start: GenerationStart?
        var pending: GeneratedTokens?
        /// Text that was held back and belongs to no new token. Told apart from the tokens before it: whoever goes on
        /// with this answer elsewhere must know whether it has been shown.
        var tail: GeneratedTokens?
        var end: Result<GenerationEnd, EngineRefusal>?
        var isOver = false
        /// The engine paused the sequence and wants to hear when there is room again.
        var isLagging = false
        var reader: CheckedContinuation<GenerationEvent?, any Error>?
        var isCancelled = false
    }

    private let state = Mutex(State())
    /// Called when a lagging reader has caught up.
    private let onDrained: @Sendable () -> Void

    init(onDrained: @escaping @Sendable () -> Void) { self.onDrained = onDrained }

    // MARK: The engine's side

    func start(_ start: GenerationStart) {
        deliver { $0.start = start }
    }

    /// - Returns: whether the reader lags, and the sequence is to be paused.
    func push(_ tokens: GeneratedTokens) -> Bool {
        deliver { state in
            if tokens.ids.isEmpty {
                state.tail = tokens
            } else if state.pending == nil {
                state.pending = tokens
            } else {
                state.pending?.text += tokens.text
                state.pending?.ids += tokens.ids
                if !tokens.reports.isEmpty { state.pending?.reports += tokens.reports }
            }
        }
    }

    func finish(_ end: GenerationEnd) {
        deliver { if $0.end == nil { $0.end = .success(end) } }
    }

    /// Ends the stream with a refusal. What is pending is still read first, so that no produced token is lost.
    func fail(_ refusal: EngineRefusal) {
        deliver { if $0.end == nil { $0.end = .failure(refusal) } }
    }

    /// Makes a change, and wakes the reader when there is something for it.
    /// - Returns: whether the reader lags.
    @discardableResult
    private func deliver(_ change: (inout State) -> Void) -> Bool {
        var ready: (CheckedContinuation<GenerationEvent?, any Error>, Step)?
        let isLagging = state.withLock { state in
            change(&state)
            if let reader = state.reader, let step = Self.take(&state) {
                state.reader = nil
                ready = (reader, step)
            }
            state.isLagging = (state.pending?.ids.count ?? 0) >= Self.maxPending
            return state.isLagging
        }
        if let (reader, step) = ready { reader.resume(with: step.result) }
        return isLagging
    }

    // MARK: The reader's side

    func next() async throws -> GenerationEvent? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (step, hasDrained) = state.withLock { state -> (Step?, Bool) in
                    if state.isCancelled { return (Step(result: .failure(CancellationError())), false) }
                    let wasLagging = state.isLagging
                    let step = Self.take(&state)
                    if step == nil { state.reader = continuation }
                    if wasLagging, state.pending == nil { state.isLagging = false }
                    return (step, wasLagging && !state.isLagging)
                }
                if hasDrained { onDrained() }
                if let step { continuation.resume(with: step.result) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                state.isCancelled = true
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(throwing: CancellationError())
        }
    }

    private struct Step {
        var result: Result<GenerationEvent?, any Error>
    }

    /// What the reader gets now; nil when it must wait.
    private static func take(_ state: inout State) -> Step? {
        if let start = state.start {
            state.start = nil
            return Step(result: .success(.started(start)))
        }
        if let pending = state.pending {
            state.pending = nil
            return Step(result: .success(.tokens(pending)))
        }
        if let tail = state.tail {
            state.tail = nil
            return Step(result: .success(.tokens(tail)))
        }
        if state.isOver { return Step(result: .success(nil)) }
        switch state.end {
        case nil: return nil
        case .success(let end):
            state.isOver = true
            return Step(result: .success(.finished(end)))
        case .failure(let refusal):
            return Step(result: .failure(refusal))
        }
    }
}
