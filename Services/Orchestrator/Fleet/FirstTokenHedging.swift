// SPDX-License-Identifier: Apache-2.0

import Metrics
package import OrchestratorScheduling
import Primitives
package import Settings
import Synchronization

/// Decides when a first token is so late that a second worker is asked beside the first.
///
/// Late is what few others were, of the same model and with the same predicted time: most lateness is predicted, and
/// is no reason. What is asked twice is paid from a budget of the requests that could be, so that a fleet that is slow
/// as a whole does not get more to do.
package final class FirstTokenHedging: Sendable {
    package struct Rules: Hashable, Sendable {
        /// Of a thousand interactive requests, how many may be asked twice. 0 turns it off.
        package var perMille = 20
        /// The share of first tokens, in percent, that come before the second worker is asked.
        package var percent = 95
        /// Never asked before: below it a second prompt costs more than it saves.
        package var least = Duration.milliseconds(50)

        package init() {}

        package init(_ reader: inout SettingsReader) {
            perMille = reader.int(
                "hedge.per_mille", default: perMille, in: 0...100,
                help: "Of a thousand interactive requests, how many may ask a second worker for a late first token; "
                    + "0 turns it off.")
            percent = reader.int(
                "hedge.percentile", default: percent, in: 50...99,
                help: "A first token is late that takes longer than this percentage of like ones.")
            least = reader.duration(
                "hedge.least_ms", default: least, in: .milliseconds(1) ... .seconds(60),
                help: "No first token is late before.")
        }
    }

    /// How a second request ended. A closed vocabulary.
    enum End: String, CaseIterable {
        /// The second worker spoke first.
        case won
        /// The first did after all.
        case lost
        /// The second failed, and the first went on.
        case failed
        /// No other worker had a free place, or somebody waits for one.
        case nobody
        /// Another one would have taken longer than the first was likely to.
        case noSooner = "no_sooner"
    }

    private struct Shared {
        var times = FirstTokenTimes()
        /// Thousandths of a hedge.
        var budget = 0
    }

    /// A calm hour saves up no more than this for the next bad minute.
    private static let largestBudget = 10_000
    private static let hedge = 1_000

    private let rules: Rules
    private let shared = Mutex(Shared())
    private let ends = Dictionary(
        uniqueKeysWithValues: End.allCases.map {
            ($0, Counter(label: "fleet_hedges_total", dimensions: [("end", $0.rawValue)]))
        })

    package init(_ rules: Rules) { self.rules = rules }

    /// How long the first token of a request that is sent now is waited for; nil where nobody else will be asked. Costs
    /// a short lock for each interactive request, and a timer where there is an answer.
    package func patience(with placement: Placement, of model: String) -> Duration? {
        guard rules.perMille > 0, placement.serviceClass != .batch else { return nil }
        let known: Duration? = shared.withLock { shared in
            shared.budget = min(Self.largestBudget, shared.budget + rules.perMille)
            guard shared.budget >= Self.hedge else { return nil }
            return shared.times.quantile(Double(rules.percent) / 100, of: model, predicted: placement.cost.firstToken)
        }
        return known.map { max($0, rules.least) }
    }

    /// Whether a second worker is likely to save more time than it takes from those whose prompts it would have read.
    /// - Parameters:
    ///   - waited: how long the first one has been waited for.
    ///   - cost: of the second.
    func pays(_ cost: CostInSeconds, after waited: Duration, with placement: Placement, of model: String) -> Bool {
        shared.withLock { shared in
            let predicted = placement.cost.firstToken
            // None was ever so late: something is wrong there.
            guard let left = shared.times.remaining(after: waited.inSeconds, of: model, predicted: predicted) else {
                return true
            }
            let usual = shared.times.quantile(0.5, of: model, predicted: cost.firstToken)
            return left > (usual?.inSeconds ?? cost.firstToken) + cost.prefill
        }
    }

    /// Takes one off the budget, if it holds one.
    func spend() -> Bool {
        shared.withLock { shared in
            guard shared.budget >= Self.hedge else { return false }
            shared.budget -= Self.hedge
            return true
        }
    }

    /// A first token has come, so long after its request was sent; or somebody else's was taken after that time.
    func took(_ duration: Duration, with placement: Placement, of model: String) {
        guard rules.perMille > 0, placement.serviceClass != .batch else { return }
        shared.withLock { $0.times.add(duration.inSeconds, of: model, predicted: placement.cost.firstToken) }
    }

    func note(_ end: End) { ends[end]?.increment() }

    /// Nobody was asked: what was taken off the budget comes back.
    /// - Parameter isTold: false where the same request has been counted already.
    func giveBack(_ end: End, isTold: Bool = true) {
        shared.withLock { $0.budget = min(Self.largestBudget, $0.budget + Self.hedge) }
        if isTold { note(end) }
    }
}
