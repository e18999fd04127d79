// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers with a free place in their batch. What is sent beyond it waits where nobody can call it back.
package struct HasPlace: WorkerFilter {
    package let name = "full"
    private let rules: SchedulingRules
    package init(_ rules: SchedulingRules) { self.rules = rules }

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        request.kind != .chat || worker.depth < worker.places(rules, at: now)
    }
}
