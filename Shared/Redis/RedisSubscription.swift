// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Logging
import NIOCore
import Primitives
import Synchronization

/// What is published on one channel, for one reader. It ends when the client stops or the reader's task is cancelled.
///
/// Redis keeps nothing for those who are not there. Every time messages may have been missed, the first connection
/// included, a `.resubscribed` comes first: forget what you cached, then read on.
package struct RedisSubscription: AsyncSequence, Sendable {
    package enum Event: Hashable, Sendable {
        case resubscribed
        case message([UInt8])
    }

    let feed: SubscriptionFeed

    package func makeAsyncIterator() -> Iterator { Iterator(feed: feed) }

    package struct Iterator: AsyncIteratorProtocol {
        let feed: SubscriptionFeed
        package mutating func next() async -> Event? { await feed.next() }
    }
}

/// The connection behind a subscription, and what its reader has not read yet.
///
/// Unchecked: `link` and what belongs to it are touched on the event loop only; the rest is behind a lock.
final class SubscriptionFeed: @unchecked Sendable {
    private struct Unread {
        var events: Deque<RedisSubscription.Event> = []
        var reader: CheckedContinuation<RedisSubscription.Event?, Never>?
        var hasStarted = false
        var hasStopped = false
    }

    /// Events a slow reader may be behind. Beyond it they are dropped and it is told so, by `.resubscribed`.
    private static let longestQueue = 1_024

    private let channel: String
    private let settings: RedisSettings
    private let loop: any EventLoop
    private let time: any TimeSource
    private let unread = Mutex(Unread())
    private let link: RedisLink
    private var lastHeard = MonotonicInstant(nanoseconds: 0)
    private var pings: RepeatedTask?

    init(
        _ channel: String, _ settings: RedisSettings, loop: any EventLoop, logger: Logger, time: any TimeSource
    ) {
        self.channel = channel
        self.settings = settings
        self.loop = loop
        self.time = time
        link = RedisLink(settings, loop: loop, logger: logger)
    }

    var hasStopped: Bool { unread.withLock { $0.hasStopped } }

    func next() async -> RedisSubscription.Event? {
        startOnce()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = unread.withLock { unread -> RedisSubscription.Event?? in
                    if unread.hasStopped { return .some(nil) }
                    if let event = unread.events.popFirst() { return .some(event) }
                    precondition(unread.reader == nil, "a subscription has one reader")
                    unread.reader = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            stop()
        }
    }

    func stop() {
        let (reader, hadStarted) = unread.withLock { unread in
            let taken = (unread.hasStopped ? nil : unread.reader, unread.hasStarted && !unread.hasStopped)
            unread.hasStopped = true
            unread.reader = nil
            unread.events = []
            return taken
        }
        reader?.resume(returning: nil)
        guard hadStarted else { return }
        loop.execute {
            self.pings?.cancel()
            self.link.stop()
        }
    }

    private func startOnce() {
        let isFirst = unread.withLock { unread in
            defer { unread.hasStarted = true }
            return !unread.hasStarted && !unread.hasStopped
        }
        if isFirst { loop.execute { self.begin() } }
    }

    private func begin() {
        guard !hasStopped else { return }
        link.onReady = {
            self.lastHeard = self.time.now()
            self.write(["SUBSCRIBE", .text(self.channel)])
        }
        link.onReply = { self.receive($0) }
        link.start()
        let interval = TimeAmount.nanoseconds(settings.pingInterval.nanoseconds)
        pings = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in self.checkPulse() }
    }

    private func write(_ command: [RedisArgument]) {
        link.write(ByteBuffer(bytes: CommandWriter.bytes(of: command)))
    }

    private func checkPulse() {
        guard link.isReady else { return }
        if lastHeard + settings.pingInterval * 3 <= time.now() {
            return link.reset(because: "Redis does not answer a subscription's ping")
        }
        write(["PING"])
    }

    private func receive(_ value: RedisValue) {
        lastHeard = time.now()
        guard let parts = value.array, parts.count >= 2, let kind = parts[0].text else {
            // NOPERM, say: asking again at once would fail the same way, the link's growing waits make it bearable.
            if let code = value.errorCode { link.reset(because: "Redis refused the subscription: \(code)") }
            return
        }
        switch kind {
        case "subscribe": deliver(.resubscribed)
        case "message": if parts.count == 3, let bytes = parts[2].bytes { deliver(.message(bytes)) }
        default: break  // The answer to a ping.
        }
    }

    private func deliver(_ event: RedisSubscription.Event) {
        let reader = unread.withLock { unread -> CheckedContinuation<RedisSubscription.Event?, Never>? in
            guard !unread.hasStopped else { return nil }
            if let reader = unread.reader {
                unread.reader = nil
                return reader
            }
            if unread.events.count >= Self.longestQueue {
                unread.events = [.resubscribed]
            } else {
                unread.events.append(event)
            }
            return nil
        }
        reader?.resume(returning: event)
    }
}
