// SPDX-License-Identifier: Apache-2.0

import Messages
import NIOCore
import NIOPosix
import Primitives
import RPC

/// Lets tokens that follow each other closely leave together: what is faster than a screen shows is paid for by every
/// process on the way and seen by nobody (decision 130).
///
/// The first piece of an answer leaves at once, and so does every piece that comes `interval` after the one before it
/// left; what comes sooner is held until then, and never past the answer's end.
///
/// `@unchecked Sendable`: confined to the loop of the call.
final class TokenGathering: @unchecked Sendable {
    /// Held at most, whatever the interval: about what one step of a wide speculation brings.
    static let most = (tokens: 64, bytes: 4_096)

    private let writer: StreamWriter<GenerateEvent>
    private let interval: TimeAmount
    /// nil: nothing is held.
    private let loop: (any EventLoop)?
    private var held: TokenChunk?
    private var lastLeft = NIODeadline.distantPast
    private var isTimed = false

    /// - Parameter interval: zero: every piece leaves at once.
    init(_ writer: StreamWriter<GenerateEvent>, interval: Duration) {
        self.writer = writer
        self.interval = .nanoseconds(interval.nanoseconds)
        loop = interval > .zero ? MultiThreadedEventLoopGroup.currentEventLoop : nil
    }

    /// Sends a piece, or holds it.
    nonisolated(nonsending) func send(_ chunk: TokenChunk) async throws(Failure) {
        guard let loop else { return try await sendNow(chunk) }
        // Handlers prefer their call's loop, wherever they have been meanwhile.
        assert(loop.inEventLoop)
        if let held, !held.isFollowed(by: chunk) { try await flush() }
        // What was held back for its text has no token: it is told apart from the tokens before it.
        guard chunk.count > 0 else { return try await sendNow(chunk) }
        if held == nil { held = chunk } else { held?.append(chunk) }
        guard let held, NIODeadline.now() - lastLeft < interval, held.count < Self.most.tokens,
            held.text.readableBytes < Self.most.bytes
        else { return try await flush() }
        watch(on: loop)
    }

    /// Sends what is held.
    nonisolated(nonsending) func flush() async throws(Failure) {
        guard let chunk = held else { return }
        held = nil
        try await sendNow(chunk)
    }

    /// The same if it can leave without waiting; else it is let go.
    func flushNow() {
        guard let chunk = held else { return }
        held = nil
        // A call that is over says so to its own task.
        _ = try? writer.sendNow(chunk)
    }

    private nonisolated(nonsending) func sendNow(_ chunk: TokenChunk) async throws(Failure) {
        lastLeft = .now()
        if try !writer.sendNow(chunk) { try await writer.send(chunk) }
    }

    /// One timer at a time: whatever leaves before it, it looks again.
    private func watch(on loop: any EventLoop) {
        guard !isTimed else { return }
        isTimed = true
        loop.scheduleTask(deadline: lastLeft + interval) {
            self.isTimed = false
            self.timeIsUp(on: loop)
        }
    }

    private func timeIsUp(on loop: any EventLoop) {
        guard let chunk = held else { return }
        if NIODeadline.now() - lastLeft >= interval {
            do throws(Failure) {
                if try writer.sendNow(chunk) { held = nil }
            } catch {
                // The call is over; its own task finds out by itself.
                held = nil
                return
            }
            // Else its reader has enough to read, and is looked at again after another interval.
            lastLeft = .now()
        }
        if held != nil { watch(on: loop) }
    }
}

extension TokenChunk {
    /// Whether both can be one chunk.
    fileprivate func isFollowed(by next: TokenChunk) -> Bool {
        next.seq == seq &+ UInt32(count) && next.ids.isEmpty == ids.isEmpty && next.count > 0
    }

    fileprivate mutating func append(_ next: TokenChunk) {
        count += next.count
        text.writeImmutableBuffer(next.text)
        ids += next.ids
    }
}
