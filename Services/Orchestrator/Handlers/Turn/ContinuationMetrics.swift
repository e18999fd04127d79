// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What surviving workers costs and how it ends. All labels are closed vocabularies.
enum ContinuationMetrics {
    /// How a turn that lost a worker mid-answer went on.
    enum End: String, CaseIterable {
        case finished
        /// No worker came in time, or the budget was spent.
        case failed
        /// The client left, or the turn was stopped.
        case abandoned
    }

    /// What a second worker saw otherwise than the first.
    enum Divergence: String, CaseIterable {
        case tokenizer, template, prompt
        /// It went on after the answer's last token.
        case end
        /// Its chunk does not stand where the answer is.
        case place
    }

    private static let started = table(ContinuationCause.allCases) { cause in
        table(ContinuationWay.allCases) { way in
            Counter(
                label: "orchestrator_continuations_total",
                dimensions: [("cause", cause.rawValue), ("way", way.rawValue)])
        }
    }
    private static let ended = table(End.allCases) {
        Counter(label: "orchestrator_continued_turns_total", dimensions: [("end", $0.rawValue)])
    }
    private static let divergences = table(Divergence.allCases) {
        Counter(label: "orchestrator_divergences_total", dimensions: [("kind", $0.rawValue)])
    }
    private static let recomputed = Counter(label: "orchestrator_recomputed_tokens_total")

    private static func table<K: Hashable, V>(_ keys: [K], _ value: (K) -> V) -> [K: V] {
        Dictionary(uniqueKeysWithValues: keys.map { ($0, value($0)) })
    }

    /// - Parameter tokens: prompt and answer that are computed once more, and charged to nobody.
    static func goesOn(_ cause: ContinuationCause, _ way: ContinuationWay, tokens: Int) {
        started[cause]?[way]?.increment()
        recomputed.increment(by: Int64(clamping: tokens))
    }

    static func ends(_ end: End) { ended[end]?.increment() }
    static func diverges(_ divergence: Divergence) { divergences[divergence]?.increment() }
}
