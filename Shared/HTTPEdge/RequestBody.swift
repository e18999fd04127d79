// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore

/// A request's body between the connection that receives it and the handler that reads it.
///
/// `@unchecked Sendable`: everything mutable is touched on the connection's loop only; the two methods a handler
/// calls go there first.
final class RequestBody: @unchecked Sendable {
    private let loop: LoopExecutor
    /// What `content-length` announced.
    private let announced: Int?
    private let maximumBytes: Int
    private var parts = CircularBuffer<ByteBuffer>(initialCapacity: 1)
    private var isComplete = false
    private var failure: HTTPFailure?
    private var waiter: CheckedContinuation<Void, Never>?
    /// Bytes that wait for the handler.
    private(set) var waitingBytes = 0
    private(set) var receivedBytes = 0
    /// Called on the loop when the handler wants bytes that are not there: time for `100 Continue`, or to read on.
    var wanted: () -> Void = {}

    init(loop: LoopExecutor, announced: Int?, maximumBytes: Int) {
        self.loop = loop
        self.announced = announced
        self.maximumBytes = maximumBytes
    }

    // MARK: The connection's side, on the loop

    var isEnded: Bool { isComplete || failure != nil }

    func receive(_ part: ByteBuffer) {
        receivedBytes += part.readableBytes
        guard failure == nil, part.readableBytes > 0 else { return }
        if receivedBytes > maximumBytes { return fail(.bodyTooLarge(maximumBytes)) }
        waitingBytes += part.readableBytes
        parts.append(part)
        wake()
    }

    func complete() {
        isComplete = true
        wake()
    }

    func fail(_ failure: HTTPFailure) {
        guard self.failure == nil, !isComplete else { return }
        self.failure = failure
        parts.removeAll()
        waitingBytes = 0
        wake()
    }

    /// Nobody will read what is still to come.
    func discard() {
        parts.removeAll()
        waitingBytes = 0
    }

    private func wake() {
        let waiter = waiter
        self.waiter = nil
        waiter?.resume()
    }

    // MARK: The handler's side

    func next() async throws(HTTPFailure) -> ByteBuffer? {
        if loop.isCurrent { return try await nextOnLoop() }
        return try await withTaskExecutorPreference(loop) { () async throws(HTTPFailure) -> ByteBuffer? in
            try await self.nextOnLoop()
        }
    }

    func collect(atMost limit: Int) async throws(HTTPFailure) -> ByteBuffer {
        if loop.isCurrent { return try await collectOnLoop(atMost: limit) }
        return try await withTaskExecutorPreference(loop) { () async throws(HTTPFailure) -> ByteBuffer in
            try await self.collectOnLoop(atMost: limit)
        }
    }

    private func collectOnLoop(atMost limit: Int) async throws(HTTPFailure) -> ByteBuffer {
        if let announced, announced > min(limit, maximumBytes) { throw .bodyTooLarge(min(limit, maximumBytes)) }
        guard var all = try await nextOnLoop() else { return ByteBuffer() }
        if all.readableBytes > limit { throw .bodyTooLarge(limit) }
        // One allocation when the length is known; a body in one part, the usual one, is not copied at all.
        if let announced, announced > all.readableBytes { all.reserveCapacity(announced) }
        while var part = try await nextOnLoop() {
            if all.readableBytes + part.readableBytes > limit { throw .bodyTooLarge(limit) }
            all.writeBuffer(&part)
        }
        return all
    }

    private func nextOnLoop() async throws(HTTPFailure) -> ByteBuffer? {
        while true {
            if let part = parts.popFirst() {
                waitingBytes -= part.readableBytes
                return part
            }
            if let failure { throw failure }
            if isComplete { return nil }
            if Task.isCancelled { throw .clientGone }
            wanted()
            await arrival()
        }
    }

    private func arrival() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation from here on finds the waiter, because its handler comes by way of this loop.
                if Task.isCancelled || isEnded || !parts.isEmpty {
                    continuation.resume()
                } else {
                    waiter = continuation
                }
            }
        } onCancel: {
            loop.execute { self.wake() }
        }
    }
}
