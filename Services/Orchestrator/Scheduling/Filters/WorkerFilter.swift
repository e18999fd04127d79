// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A rule that takes a worker out of the choice.
package protocol WorkerFilter: Sendable {
    /// How an explained decision names the rule.
    var name: String { get }
    func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool
}
