// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers that this request has not failed on.
package struct IsNotExcluded: WorkerFilter {
    package let name = "failed_before"
    package init() {}

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        !request.excluded.contains(worker.address)
    }
}
