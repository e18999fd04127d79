// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers whose load stream is alive and that have not failed several times in a row just now.
package struct IsReady: WorkerFilter {
    package let name = "not_ready"
    package init() {}

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        worker.report != nil && !worker.isEjected(at: now)
    }
}
