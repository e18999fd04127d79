// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers that have not failed several times in a row just now, and one that may be tried again.
package struct IsNotEjected: WorkerFilter {
    package let name = "ejected"
    package init() {}

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        !worker.isEjected(at: now)
    }
}
