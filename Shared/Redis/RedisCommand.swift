// SPDX-License-Identifier: Apache-2.0

import Primitives

/// One command on its way and whoever waits for it.
///
/// Unchecked: after it was submitted only the event loop touches what changes, and before that only the caller.
final class RedisCommand: @unchecked Sendable {
    enum Stage {
        case waiting, sent, finished
    }

    let bytes: [UInt8]
    let deadline: Deadline
    let submitted: MonotonicInstant
    var continuation: UnsafeContinuation<Result<RedisValue, RedisFailure>, Never>?
    var stage = Stage.waiting
    /// The pipeline has it. A task may be cancelled before it asks, and then the cancellation arrives first.
    var isAdmitted = false
    var isCancelled = false
    /// When the caller left a command that had been sent.
    var abandoned: MonotonicInstant?

    init(_ bytes: [UInt8], deadline: Deadline, submitted: MonotonicInstant) {
        self.bytes = bytes
        self.deadline = deadline
        self.submitted = submitted
    }
}
