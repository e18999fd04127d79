// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import NIOEmbedded
import Primitives

/// The event loop and the clock of one fuzzing thread. Time stands still unless `advance` moves it, and nothing runs
/// but in `settle` and `advance`, so that an input means the same on every run.
///
/// Make one per thread and use it for many inputs: executors are kept for the life of the process.
/// `@unchecked Sendable`: confined to the thread that made it.
package final class FuzzLoop: @unchecked Sendable {
    private let embedded: EmbeddedEventLoop
    let executor: LoopExecutor
    let time: any TimeSource

    package init() {
        embedded = EmbeddedEventLoop()
        executor = .of(embedded)
        time = Clock(embedded: embedded)
    }

    var now: MonotonicInstant { time.now() }

    /// Runs until nothing is left to do at this moment.
    func settle() { embedded.run() }

    /// Lets time pass; whatever comes due meanwhile happens at its own moment.
    func advance(milliseconds: Int) { embedded.advanceTime(by: .milliseconds(Int64(milliseconds))) }

    /// Connections warn of every broken rule; here that would be all they do.
    static let silent = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

    /// The loop's own time, an hour after its zero so that subtracting a little does not saturate.
    private struct Clock: TimeSource {
        let embedded: EmbeddedEventLoop

        func now() -> MonotonicInstant {
            MonotonicInstant(nanoseconds: embedded.now.uptimeNanoseconds + 3_600_000_000_000)
        }

        func timestamp() -> Timestamp {
            Timestamp(microseconds: 1_767_225_600_000_000 + Int64(embedded.now.uptimeNanoseconds / 1_000))
        }
    }
}
