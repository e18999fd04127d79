// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Keeps workers whose cache has room for the prompt and the answer that is to be expected: not for the longest one
/// that was asked for, which few get to.
package struct HasCacheRoom: WorkerFilter {
    package let name = "cache_full"
    package init() {}

    package func keeps(_ worker: WorkerRecord, for request: WorkRequest, at now: MonotonicInstant) -> Bool {
        request.kind != .chat || worker.hasRoom(for: request.promptTokens + request.expectedTokens)
    }
}
