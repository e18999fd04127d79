// SPDX-License-Identifier: Apache-2.0

import Loops
package import Primitives

// For a caller that asks a second server when the first keeps silent: one task waits on both, so nothing can outlive
// the wait. Everything here is for the task that reads, on the loop that carries the calls.

extension StreamReader {
    /// Rings once, after a time, and wakes whoever waits for this stream then.
    package struct Bell: Sendable {
        fileprivate let bell: HedgeBell
        /// No longer needed; a bell that is forgotten would wake a reader for nothing.
        package func cancel() { bell.cancel() }
    }

    /// nil for a reader that is elsewhere than its connection: it just reads.
    package func bell(after patience: Duration) -> Bell? {
        guard stream.connection.loop.isCurrent else { return nil }
        return Bell(bell: HedgeBell(stream, after: patience))
    }

    /// Whether `next` would return without waiting.
    package var hasNews: Bool { stream.hasNews }

    /// Returns when `next` would not have to wait.
    /// - Returns: false when the bell rang before.
    package nonisolated(nonsending) func hasNews(before bell: Bell) async throws(Failure) -> Bool {
        while !stream.hasNews {
            if bell.bell.hasRung { return false }
            await stream.awaitNews()
            if Task.isCancelled, !stream.hasNews { throw stream.failure ?? .cancelled }
        }
        return true
    }

    /// Whether one task can wait for both.
    package func shareLoop(with other: StreamReader) -> Bool {
        stream.connection.loop === other.stream.connection.loop && stream.connection.loop.isCurrent
    }

    /// Returns when `next` of either would not have to wait. They share a loop.
    package nonisolated(nonsending) func waitForNews(of other: StreamReader) async throws(Failure) {
        other.stream.companion = stream
        defer { other.stream.companion = nil }
        while !stream.hasNews, !other.stream.hasNews {
            await stream.awaitNews()
            if Task.isCancelled, !stream.hasNews, !other.stream.hasNews { throw stream.failure ?? .cancelled }
        }
    }

    /// Ends the call before its scope does: the peer is told to stop, and nothing more is read.
    package func leave() { (stream as? ClientCall)?.leave() }
}
