// SPDX-License-Identifier: Apache-2.0

import Loops
package import Primitives

/// The sending half of a stream. `send` waits while the reader at the other end has enough to read.
package struct StreamWriter<E: BinaryMessage>: Sendable {
    let stream: CallStream

    package nonisolated(nonsending) func send(_ event: E) async throws(Failure) {
        try await stream.send(event)
    }

    /// Sends a token chunk; only for methods that carry tokens.
    package nonisolated(nonsending) func send(_ tokens: TokenChunk) async throws(Failure) {
        try await stream.send(tokens)
    }

    /// Sends if that can be done at once: on the connection's loop, and with room there; else says that it was not. An
    /// `await` for what is nearly always done at once would cost a waiting task its frame.
    package func sendNow(_ event: E) throws(Failure) -> Bool { try stream.sendNow(event) }

    /// The same for a token chunk.
    package func sendNow(_ tokens: TokenChunk) throws(Failure) -> Bool { try stream.sendNow(tokens) }

    /// Whether the caller's connection is gone, which says nothing of what the caller wants. For the cancellation
    /// handler of the task that answers, which runs on the connection's loop.
    package var hasLostCaller: Bool { (stream as? ServerCall)?.isCallerLost ?? false }

    /// Says that nothing more comes from the caller's side. On a server the handler's return says it, and this does
    /// nothing.
    package func finish() {
        guard let call = stream as? ClientCall else { return }
        stream.connection.loop.execute { call.finishSending() }
    }
}
