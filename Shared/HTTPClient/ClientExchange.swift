// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its answer, between the connection's loop and the task that reads.
///
/// The two are mostly on one thread: the loop's, where the task runs too. The lock is for when they are not.
final class ClientExchange: Sendable {
    private enum Waiter {
        case head(UnsafeContinuation<HTTPResponseHead, any Error>)
        case bytes(UnsafeContinuation<ByteBuffer?, any Error>)
    }
    private struct State {
        var head: HTTPResponseHead?
        var pending = ByteBuffer()
        var isComplete = false
        var isEnough = false
        var failure: (any Error)?
        var waiter: Waiter?
    }

    private let state = Mutex(State())
    private let bufferedBytes: Int
    /// There is room for more after there was none. Called on any thread.
    private let onRoom: @Sendable () -> Void
    /// The exchange has failed from the reader's side. Called on any thread.
    private let onAbort: @Sendable (ClientExchange) -> Void

    init(
        bufferedBytes: Int, onRoom: @escaping @Sendable () -> Void,
        onAbort: @escaping @Sendable (ClientExchange) -> Void
    ) {
        self.bufferedBytes = bufferedBytes
        self.onRoom = onRoom
        self.onAbort = onAbort
    }

    // MARK: The connection's side

    func receive(_ head: HTTPResponseHead) {
        let waiter = state.withLock { state -> Waiter? in
            state.head = head
            guard case .head = state.waiter else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        if case .head(let continuation) = waiter { continuation.resume(returning: head) }
    }

    /// What was decoded stays here until the whole read is: then its reader is woken, once.
    func receive(_ bytes: ByteBuffer) {
        state.withLock { state in
            // A reader that has enough wants the end and no more.
            guard !state.isEnough else { return }
            if state.pending.readableBytes == 0 {
                state.pending = bytes
            } else {
                state.pending.writeImmutableBuffer(bytes)
            }
        }
    }

    /// The bytes of one read of the socket have been decoded.
    func readIsOver() { wake() }

    func complete() {
        state.withLock { $0.isComplete = true }
        wake()
    }

    func fail(_ error: any Error) {
        let (waiter, isNew) = state.withLock { state -> (Waiter?, Bool) in
            guard !state.isComplete, state.failure == nil else { return (nil, false) }
            state.failure = error
            // Whoever left wants nothing more of what came.
            if error is CancellationError { state.pending = ByteBuffer() }
            defer { state.waiter = nil }
            return (state.waiter, true)
        }
        Self.resume(waiter, throwing: error)
        if isNew { onAbort(self) }
    }

    var isFull: Bool { state.withLock { $0.pending.readableBytes > bufferedBytes } }
    var isComplete: Bool { state.withLock { $0.isComplete } }
    var isEnough: Bool { state.withLock { $0.isEnough } }
    /// Whether anybody waits for bytes: only then is the server's silence its own.
    var isAwaited: Bool { state.withLock { $0.waiter != nil } }

    private func wake() {
        let step = state.withLock { state -> (UnsafeContinuation<ByteBuffer?, any Error>, ByteBuffer?)? in
            guard case .bytes(let continuation) = state.waiter else { return nil }
            guard state.pending.readableBytes > 0 || state.isComplete else { return nil }
            state.waiter = nil
            return (continuation, Self.takePending(&state))
        }
        if let (continuation, bytes) = step { continuation.resume(returning: bytes) }
    }

    private static func takePending(_ state: inout State) -> ByteBuffer? {
        guard state.pending.readableBytes > 0 else { return nil }
        defer { state.pending = ByteBuffer() }
        return state.pending
    }

    private static func resume(_ waiter: Waiter?, throwing error: any Error) {
        switch waiter {
        case .head(let continuation): continuation.resume(throwing: error)
        case .bytes(let continuation): continuation.resume(throwing: error)
        case nil: break
        }
    }

    // MARK: The reader's side

    func head() async throws -> HTTPResponseHead {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<HTTPResponseHead, any Error>? in
                    if let head = state.head { return .success(head) }
                    if let failure = state.failure { return .failure(failure) }
                    state.waiter = .head(continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    func nextBytes() async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let (result, wasFull) = state.withLock { state -> (Result<ByteBuffer?, any Error>?, Bool) in
                    let wasFull = state.pending.readableBytes > bufferedBytes
                    // What came before the server's failure is still read: no token that was produced is lost.
                    if let bytes = Self.takePending(&state) { return (.success(bytes), wasFull) }
                    if let failure = state.failure { return (.failure(failure), false) }
                    if state.isComplete { return (.success(nil), false) }
                    state.waiter = .bytes(continuation)
                    return (nil, false)
                }
                if wasFull { onRoom() }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    func hasEnough() { state.withLock { $0.isEnough = true } }
}
