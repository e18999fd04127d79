// SPDX-License-Identifier: Apache-2.0

/// Prefers the worker that holds the prompt's beginning, unless it is too busy.
///
/// A hit saves the prefill of everything said so far, which is worth waiting behind several others. `slack` is how many
/// calls deeper than the least busy worker the holder may be; past it the conversation moves, and its new worker
/// becomes the holder.
package struct StickyHolder: Sendable {
    private let slack: Int
    package init(slack: Int) { self.slack = slack }

    package func pick(_ candidates: [WorkerChoice.Candidate], for request: WorkRequest) -> WorkerChoice.Candidate? {
        guard let holder = request.holder, let least = candidates.lazy.map(\.cost).min() else { return nil }
        return candidates.first {
            $0.worker == holder.worker && $0.instance == holder.instance && $0.cost <= least + slack
        }
    }
}
