// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers that have the model loaded, for the kind of work it is asked for.
package struct ServesModel: WorkerFilter {
    package let name = "model_not_loaded"
    package init() {}

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        worker.report?.models.contains { $0.name == request.model && $0.kind == request.kind } ?? false
    }
}
