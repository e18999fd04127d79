// SPDX-License-Identifier: Apache-2.0

package import OrchestratorDomain
package import Primitives
import Synchronization

/// How each organisation's policy wants an outage of moderation to be treated, as moderation last said.
///
/// When moderation is away it cannot be asked, so its last word stands; who was never told gets the deployment's own
/// answer. Bounded by forgetting everything when full: the next answer of moderation teaches it again.
package final class OutagePolicies: Sendable {
    private static let maxOrganisations = 100_000

    private let fallback: OutageMode
    private let known = Mutex<[OrganisationID: OutageMode]>([:])

    package init(fallback: OutageMode) { self.fallback = fallback }

    package func note(_ mode: OutageMode, for organisation: OrganisationID) {
        known.withLock { known in
            if known.count >= Self.maxOrganisations, known[organisation] == nil { known = [:] }
            known[organisation] = mode
        }
    }

    package func mode(for organisation: OrganisationID) -> OutageMode {
        known.withLock { $0[organisation] } ?? fallback
    }
}
