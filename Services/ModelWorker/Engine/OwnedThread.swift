// SPDX-License-Identifier: Apache-2.0

import Primitives

/// A thread of our own, for work that blocks: a decode step holds its thread for up to a tenth of a second, which the
/// cooperative pool must never be asked to bear.
package enum OwnedThread {
    /// Runs `body` on a new thread and suspends until it returns. `body` must watch for its own reason to end.
    package static func run(_ body: @escaping @Sendable () -> Void) async throws(EngineRefusal) {
        let hasStarted = await withCheckedContinuation { (done: CheckedContinuation<Bool, Never>) in
            let hasStarted = DetachedThread.start {
                body()
                done.resume(returning: true)
            }
            if !hasStarted { done.resume(returning: false) }
        }
        guard hasStarted else { throw .broken }
    }
}
