// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers that take new work. One that drains finishes what it has.
package struct IsNotDraining: WorkerFilter {
    package let name = "draining"
    package init() {}

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        worker.report?.isDraining != true
    }
}
