// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Every bound a turn meets, as the settings give them (`OrchestratorConfiguration` has defaults and reasons).
package struct TurnBounds: Hashable, Sendable {
    package var maxRunning = 10_000
    package var maxOpening = 32
    package var openingWait = Duration.seconds(2)
    package var limit = Duration.seconds(300)
    package var lease = Duration.seconds(20)
    package var maxPromptBytes = 2 * 1024 * 1024
    package var maxPromptMessages = 1_000
    package var maxCompletionTokens: UInt32 = 4_096
    package var maxAttempts = 3
    /// How often an answer that has begun may go on at another worker, and how long it waits for one each time.
    package var maxContinuations = 3
    package var continuationWait = Duration.seconds(15)
    package var placementWait = Duration.seconds(2)
    package var retrievalDeadline = Duration.milliseconds(200)
    package var storeDeadline = Duration.seconds(1)
    package var cacheDeadline = Duration.milliseconds(100)
    package var settlePatience = Duration.seconds(5)
    package var settleWait = Duration.milliseconds(500)
    package var outboxGrace = Duration.seconds(5)
    package var isOutputJudged = true
    package var holdBytes = 16 * 1024
    package var hold = Duration.seconds(2)
    package var leadBytes = 64 * 1024
    package var logInterval = Duration.milliseconds(20)
    package var logIdle = Duration.seconds(1)
    package var logDeadline = Duration.milliseconds(500)
    /// How long a log outlives its last entry: the time a client has to resume.
    package var logLifetime = Duration.seconds(120)
    /// How long a turn goes on whose last follower was lost.
    package var linger = Duration.seconds(5)
    /// How long a word that somebody follows a log elsewhere counts; said anew every half second.
    package var attendance = Duration.seconds(3)
    package var unreservedLimit = 64

    package init() {}
}
