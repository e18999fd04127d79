// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The seeds of tests that take chances: a handful by default, others by `SEED=7`, more by `SEEDS=200`.
package enum Seeds {
    package static let first = number("SEED") ?? 1

    /// `SEEDS` of them from `SEED` on, `usually` so many.
    package static func these(_ usually: UInt64) -> [UInt64] {
        Array(first..<(first + max(1, number("SEEDS") ?? usually)))
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
