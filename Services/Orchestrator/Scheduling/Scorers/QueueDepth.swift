// SPDX-License-Identifier: Apache-2.0

/// The cost of a worker: how many calls are before ours. Lower is better.
///
/// The depth is corrected by our own calls in flight (`WorkerRecord.depth`), because a report is as old as the last
/// time the worker spoke, and routing by old reports sends everyone to the same worker.
package struct QueueDepth: Sendable {
    package init() {}

    package func cost(of worker: WorkerRecord) -> Int { worker.depth }
}
