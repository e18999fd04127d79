// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore

/// Which calls of a connection may be waited for without a cancellation handler.
///
/// Putting a handler up and taking it down again costs a short call a twentieth of all its work, and nearly every call
/// is answered before anybody thinks of cancelling it. So the first wait of a unary call goes without, and whoever
/// still waits after one to two periods is woken once, to look whether it has been cancelled and to put a handler up.
/// A cancellation is noticed two periods late at worst.
struct BriefWaits {
    static let period = TimeAmount.milliseconds(2)
    /// Calls up to this stream have been looked at.
    fileprivate var seen: UInt32 = 0
    /// Calls up to this stream will have waited for a period when the timer runs out.
    fileprivate var due: UInt32 = 0
    fileprivate var isWatching = false
}

extension ClientCall {
    /// Waits for the answer of a call that has just been opened. Call on the loop.
    func waitBriefly(_ continuation: UnsafeContinuation<Void, Never>) {
        // It may have been answered or lost before anybody could wait.
        guard answer == nil, !remoteIsDone, failure == nil else { return continuation.resume() }
        waitsBriefly = true
        keep(reader: continuation)
        client.watchBriefWaits()
    }
}

extension ClientConnection {
    /// Sees to it that no brief wait grows long. One timer serves all calls, and runs only while there are any.
    fileprivate func watchBriefWaits() {
        guard !briefWaits.isWatching else { return }
        briefWaits.isWatching = true
        briefWaits.seen = briefWaits.due
        briefWaits.due = lastStream
        loop.eventLoop.scheduleTask(in: BriefWaits.period) { self.endBriefWaits() }
    }

    private func endBriefWaits() {
        briefWaits.isWatching = false
        var id = briefWaits.seen
        while id < briefWaits.due {
            id += 1
            if let call = calls[id] { call.endBriefWait() }
        }
        if lastStream > briefWaits.due { watchBriefWaits() }
        loop.runBatch()
    }
}
