// SPDX-License-Identifier: Apache-2.0

/// How many wrong passwords an account may see (spec 09.4, 09.6).
package enum LoginAttempts {
    /// Attempts per window before the account waits for the window to end.
    package static let perWindow = 5
    package static let window = Duration.seconds(15 * 60)
    /// Failures in a row, over any time, before the account stays locked until an operator or the lock's end.
    package static let untilLocked = 10
    package static let lock = Duration.seconds(60 * 60)

    /// How long the next attempt has to wait, or nil when it may be made.
    package static func wait(failuresInWindow: Int, windowLeft: Duration, failuresInRow: Int, lockLeft: Duration)
        -> Duration?
    {
        if failuresInRow >= untilLocked, lockLeft > .zero { return lockLeft }
        if failuresInWindow >= perWindow, windowLeft > .zero { return windowLeft }
        return nil
    }
}
