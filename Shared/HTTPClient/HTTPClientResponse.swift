// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOHTTP1

/// An answer whose head has come. Its body is read as it comes; leaving it unread ends the connection.
package struct HTTPClientResponse: Sendable {
    let exchange: ClientExchange
    package let status: Int
    package let headers: HTTPHeaders

    init(_ exchange: ClientExchange, _ head: HTTPResponseHead) {
        self.exchange = exchange
        status = Int(head.status.code)
        headers = head.headers
    }

    /// All that came since the last call; nil when the body has ended.
    /// - Throws: `HTTPClientFailure`, or `CancellationError` when the task is cancelled.
    package func next() async throws -> ByteBuffer? { try await exchange.nextBytes() }

    /// The whole body.
    /// - Throws: `HTTPClientFailure.tooLarge` beyond `limit`.
    package func collect(atMost limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        while let bytes = try await next() {
            guard whole.readableBytes + bytes.readableBytes <= limit else {
                throw HTTPClientFailure.tooLarge(limit: limit)
            }
            whole.writeImmutableBuffer(bytes)
        }
        return whole
    }

    /// What was wanted of the body has been read: when its end comes soon, the connection is kept.
    package func hasEnough() { exchange.hasEnough() }

    /// Ends the exchange from another task: whoever reads gets `HTTPClientFailure.aborted`.
    package func abort() { exchange.fail(HTTPClientFailure.aborted) }
}
