// SPDX-License-Identifier: Apache-2.0

package import NIOHTTP1

/// Why the edge cannot serve a request as HTTP. What a service refuses for its own reasons is a `Failure`.
package struct HTTPFailure: Error, Sendable {
    package var status: HTTPResponseStatus
    /// A machine's name for the case, in snake case.
    package var reason: String
    /// A sentence for whoever sent the request.
    package var message: String
    /// Headers the answer must carry, such as `Allow` with 405.
    package var headers: HTTPHeaders

    package init(_ status: HTTPResponseStatus, reason: String, message: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.reason = reason
        self.message = message
        self.headers = headers
    }

    /// The client closed its connection. Nobody will read an answer; 499 is what proxies log for it.
    package static let clientGone = HTTPFailure(
        .custom(code: 499, reasonPhrase: "Client Closed Request"), reason: "client_gone",
        message: "The client closed the connection.")

    package static let notFound = HTTPFailure(
        .notFound, reason: "not_found", message: "There is nothing at this path.")

    package static func bodyTooLarge(_ limit: Int) -> HTTPFailure {
        HTTPFailure(
            .payloadTooLarge, reason: "body_too_large", message: "The request's body may have at most \(limit) bytes.")
    }

    package static func malformed(_ message: String) -> HTTPFailure {
        HTTPFailure(.badRequest, reason: "malformed_request", message: message)
    }

    package static let timedOut = HTTPFailure(
        .requestTimeout, reason: "request_timeout", message: "The request did not arrive in time.")
}

/// Makes the answer to an error: thrown by a handler, or found by the edge itself (404, 405, 413, 400 for bytes that
/// are no HTTP; the request is nil then). A service whose errors have a shape of their own brings its own.
package typealias FailureAnswer = @Sendable (any Error, HTTPRequest?) -> HTTPResponse
