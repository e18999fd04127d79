// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore

/// Which calls of a connection may be waited for without a cancellation handler.
///
/// Putting a handler up and taking it down again costs a short call a twentieth of all its work, and nearly every call
/// is answered before anybody thinks of cancelling it. So the first wait of a unary call goes without, and whoever
/// still waits after half a period to two and a half is woken once, to look whether it has been cancelled and to put
/// a handler up. A cancellation is noticed that much late, 20 ms at worst.
///
/// Waking an idle loop costs more than many calls, so the period is long, and the connections of a loop look at the
/// same moments, the multiples of the period: with 2 ms and times of their own every sixth wake-up of an orchestrator
/// was for calls that were over (decision 131).
struct BriefWaits {
    static let period = TimeAmount.milliseconds(8)
    /// Calls up to this stream have been looked at.
    fileprivate var seen: UInt32 = 0
    /// Calls up to this stream will have waited for a period when the timer runs out.
    fileprivate var due: UInt32 = 0
    fileprivate var isWatching = false

    /// Half a period to one and a half from now.
    fileprivate static func nextLook() -> NIODeadline {
        let period = UInt64(period.nanoseconds)
        let soonest = NIODeadline.now().uptimeNanoseconds + period / 2
        return .uptimeNanoseconds((soonest + period - 1) / period * period)
    }
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
        loop.eventLoop.scheduleTask(deadline: BriefWaits.nextLook()) { self.endBriefWaits() }
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
