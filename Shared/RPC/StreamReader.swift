// SPDX-License-Identifier: Apache-2.0

import Loops
package import Primitives
import Wire

/// The receiving half of a stream. One task reads it.
///
/// Reading is what gives the sender credit: a reader that stops makes its sender stop, and nobody else.
package struct StreamReader<E: BinaryMessage>: Sendable {
    @usableFromInline let stream: CallStream

    /// The next element, or nil when the other side has ended well.
    /// - Throws: The failure the other side ended with, `deadline_exceeded`, `cancelled`, or `unavailable` when the
    ///   connection is lost.
    // Inlined where it is called, where `E` is known: in here its elements would be laid out anew for each one.
    @inlinable
    package nonisolated(nonsending) func next() async throws(Failure) -> StreamElement<E>? {
        guard let arrival = try await stream.next() else { return nil }
        if arrival.isTokens { return .tokens(try stream.chunk(arrival)) }
        return .event(try stream.event(arrival))
    }

    /// Token chunks that have come already and may be taken without waiting, as long as nothing else stands before
    /// them. A reader that lags takes its backlog in one go. Call from the task that reads, on the connection's loop;
    /// elsewhere there are none.
    package func nextReadyTokens() throws(Failure) -> TokenChunk? {
        guard stream.method.carriesTokens, let arrival = stream.takeReadyTokens() else { return nil }
        do {
            return try TokenChunk(payload: arrival.payload)
        } catch {
            throw stream.undecodable("tokens")
        }
    }

    /// The next message of a stream that carries no tokens.
    package nonisolated(nonsending) func nextEvent() async throws(Failure) -> E? {
        switch try await next() {
        case .event(let event): return event
        case .tokens: throw stream.undecodable("tokens")
        case nil: return nil
        }
    }

    /// Has each message told to `take` as it comes, on the connection's loop, and at last the end: nil when the other
    /// side ended well. For a reader that does little with each: no task waits, so an open stream costs nothing beside
    /// itself.
    ///
    /// Only for callers, once, instead of `next`. Leaving the call ends it without a word.
    package func listen(_ take: @escaping @Sendable (Result<E?, Failure>) -> Void) {
        stream.connection.loop.execute {
            // A call that was left meanwhile has nothing more to say.
            guard !stream.phase.isClosed || stream.remoteIsDone else { return }
            stream.listener = { self.hear(take) }
            self.hear(take)
        }
    }

    private func hear(_ take: (Result<E?, Failure>) -> Void) {
        do throws(Failure) {
            while true {
                switch try stream.look() {
                case .nothing: return
                case .end:
                    stream.listener = nil
                    return take(.success(nil))
                case .arrival(let arrival):
                    guard !arrival.isTokens else { throw stream.undecodable("tokens") }
                    take(.success(try stream.event(arrival)))
                }
            }
        } catch {
            stream.listener = nil
            take(.failure(error))
        }
    }
}

extension CallStream {
    package func chunk(_ arrival: Arrival) throws(Failure) -> TokenChunk {
        guard method.carriesTokens, let chunk = try? TokenChunk(payload: arrival.payload) else {
            throw undecodable("tokens")  // The reason does not matter: the peer's chunk is no chunk.
        }
        return chunk
    }

    package func event<E: BinaryMessage>(_ arrival: Arrival) throws(Failure) -> E {
        do throws(Failure) {
            return try E.decoded(from: arrival.payload)
        } catch {
            throw undecodable(error.detail ?? "")
        }
    }

    /// What a server cannot read is its caller's fault; what a caller cannot read is its server's.
    fileprivate func undecodable(_ detail: String) -> Failure {
        guard self is ServerCall else { return .undecodable(detail) }
        var failure = Failure.undecodableInput
        failure.detail = detail
        return failure
    }
}
