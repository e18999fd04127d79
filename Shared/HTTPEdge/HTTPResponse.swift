// SPDX-License-Identifier: Apache-2.0

import Loops
package import NIOCore
package import NIOHTTP1

/// What a handler answers.
///
/// `content-length`, `transfer-encoding`, `connection` and `date` are the edge's business; a handler that streams a
/// body whose length it knows may set `content-length` itself.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case bytes(ByteBuffer)
        /// Called once with the writer. Returning ends the body well; throwing after the first chunk cuts the
        /// connection, so that the client cannot take a part for the whole.
        case stream(@Sendable (BodyWriter) async throws -> Void)
    }
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: Body

    package init(_ status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package static func empty(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status, headers: headers, body: .bytes(ByteBuffer()))
    }

    package static func text(
        _ text: String, _ status: HTTPResponseStatus = .ok, type: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": type], body: .bytes(ByteBuffer(string: text)))
    }

    package static func json(_ bytes: ByteBuffer, _ status: HTTPResponseStatus = .ok) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": "application/json"], body: .bytes(bytes))
    }

    /// The plain answer to an error, for ports that people and probes read.
    package static func plain(_ error: any Error, _ request: HTTPRequest?) -> HTTPResponse {
        let failure =
            error as? HTTPFailure
            ?? HTTPFailure(.internalServerError, reason: "internal", message: "Something went wrong on our side.")
        var response = text(failure.message + "\n", failure.status)
        response.headers.add(contentsOf: failure.headers)
        return response
    }
}

/// Writes a streamed body. The response's head leaves together with the first chunk.
package struct BodyWriter: Sendable {
    let exchange: HTTPExchange

    /// Writes a chunk and waits until the connection takes more, so that a slow reader holds its handler back and
    /// not our memory.
    /// - Throws: `HTTPFailure.clientGone` once the client has closed the connection.
    package func write(_ chunk: ByteBuffer) async throws(HTTPFailure) {
        if exchange.loop.isCurrent { try await exchange.write(chunk) } else { try await writeFromElsewhere(chunk) }
    }

    @inline(never)
    private func writeFromElsewhere(_ chunk: ByteBuffer) async throws(HTTPFailure) {
        let exchange = exchange
        try await withTaskExecutorPreference(exchange.loop) { () async throws(HTTPFailure) in
            try await exchange.write(chunk)
        }
    }
}
