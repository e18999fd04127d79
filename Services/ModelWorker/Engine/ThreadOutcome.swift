// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Carries an error out of a thread.
final class ThreadOutcome: Sendable {
    private let failure = Mutex<(any Error)?>(nil)

    func fail(_ error: any Error) { failure.withLock { $0 = error } }

    func check() throws {
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
