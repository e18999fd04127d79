// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The receiving half of a stream. One task reads it.
///
/// Reading is what gives the sender credit: a reader that stops makes its sender stop, and nobody else.
package struct StreamReader<E: BinaryMessage>: Sendable {
    let stream: CallStream

    /// The next element, or nil when the other side has ended well.
    /// - Throws: The failure the other side ended with, `deadline_exceeded`, `cancelled`, or `unavailable` when the
    ///   connection is lost.
    package nonisolated(nonsending) func next() async throws(Failure) -> StreamElement<E>? {
        guard let arrival = try await stream.next() else { return nil }
        if arrival.isTokens {
            guard stream.method.carriesTokens, let chunk = try? TokenChunk(payload: arrival.payload) else {
                throw undecodable("tokens")  // The reason does not matter: the peer's chunk is no chunk.
            }
            return .tokens(chunk)
        }
        do throws(Failure) {
            return .event(try E.decoded(from: arrival.payload))
        } catch {
            throw undecodable(error.detail ?? "")
        }
    }

    /// Token chunks that have come already and may be taken without waiting, as long as nothing else stands before
    /// them. A reader that lags takes its backlog in one go. Call from the task that reads, on the connection's loop;
    /// elsewhere there are none.
    package func nextReadyTokens() throws(Failure) -> TokenChunk? {
        guard stream.method.carriesTokens, let arrival = stream.takeReadyTokens() else { return nil }
        do {
            return try TokenChunk(payload: arrival.payload)
        } catch {
            throw undecodable("tokens")
        }
    }

    /// The next message of a stream that carries no tokens.
    package nonisolated(nonsending) func nextEvent() async throws(Failure) -> E? {
        switch try await next() {
        case .event(let event): return event
        case .tokens: throw undecodable("tokens")
        case nil: return nil
        }
    }

    /// What a server cannot read is its caller's fault; what a caller cannot read is its server's.
    private func undecodable(_ detail: String) -> Failure {
        guard stream is ServerCall else { return .undecodable(detail) }
        var failure = Failure.undecodableInput
        failure.detail = detail
        return failure
    }
}
