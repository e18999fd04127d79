// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers whose load stream is alive.
///
/// A worker speaks every quarter of a second. Ten seconds of silence mean that it hangs, though its connection may look
/// alive; fewer happen on a machine whose cores are all busy.
package struct IsReady: WorkerFilter {
    package let name = "not_ready"
    private static let silence = Duration.seconds(10)
    package init() {}

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        guard let heard = worker.reportedAt else { return false }
        return now - heard < Self.silence
    }
}
