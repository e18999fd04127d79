// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
package import HTTPEdge
import NIOCore
package import NIOHTTP1
package import Primitives

/// An error as the public API says it: OpenAI's error object, its status, and when to come back.
///
/// Everything that can go wrong becomes one of these, here and nowhere else. A `Failure`'s detail and cause stay in our
/// log; an error nobody translated is "internal" and says nothing more.
package struct PublicError: Error, Sendable {
    package var status: HTTPResponseStatus
    package var message: String
    package var type: String
    package var parameter: String?
    package var code: String?
    package var retryAfter: Duration?
    /// Tells OpenAI's clients, which retry 409, 429 and 5xx by themselves, that another try is in vain.
    package var isRetryVain = false
    package var headers: HTTPHeaders = [:]
    /// For our log: never sent.
    package var detail: String?

    package init(
        _ status: HTTPResponseStatus, _ message: String, type: String = "invalid_request_error",
        parameter: String? = nil, code: String?, retryAfter: Duration? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.parameter = parameter
        self.code = code
        self.retryAfter = retryAfter
    }

    package init(_ error: any Error) {
        switch error {
        case let error as PublicError: self = error
        case let failure as Failure: self.init(failure: failure)
        case let refusal as RequestRefusal:
            self.init(.badRequest, refusal.message, parameter: refusal.parameter, code: refusal.code)
        case let refusal as MultipartReader.Refusal:
            self.init(
                .badRequest, "The body of your request is not multipart/form-data we can read: \(refusal.rawValue).",
                code: "invalid_multipart")
        case let failure as HTTPFailure:
            let isOurs = failure.status.code >= 500
            self.init(
                failure.status, failure.message, type: isOurs ? Self.serverError : Self.invalidRequest,
                code: failure.reason)
            headers = failure.headers
        default: self.init(failure: .untranslated(error))
        }
    }

    private static let invalidRequest = "invalid_request_error"
    private static let serverError = "server_error"

    private init(failure: Failure) {
        let status = Self.status(of: failure.code)
        self.init(
            status, failure.message, type: Self.type(of: failure), parameter: Self.parameter(of: failure.reason),
            code: failure.reason.isEmpty ? failure.code.description : failure.reason)
        switch failure.retry {
        case .after(let wait): retryAfter = wait
        case .now: retryAfter = status.code >= 429 ? Self.soon : nil
        case .never:
            // These two statuses mean "later" to whoever reads only them.
            if status == .serviceUnavailable { retryAfter = Self.soon }
            isRetryVain = status == .tooManyRequests || status == .conflict
        }
        detail = failure.detail ?? failure.cause.map { "\($0)" }
    }

    /// What a client is told to wait when we do not know better.
    private static let soon = Duration.seconds(1)

    /// The status of each code. A number we do not know, from a newer service, is our fault and not the client's.
    package static func status(of code: StatusCode) -> HTTPResponseStatus {
        switch code {
        case .ok: .ok
        case .cancelled: HTTPFailure.clientGone.status
        case .invalidArgument, .outOfRange: .badRequest
        case .deadlineExceeded: .gatewayTimeout
        case .notFound: .notFound
        case .alreadyExists, .aborted, .failedPrecondition: .conflict
        case .permissionDenied: .forbidden
        case .unauthenticated: .unauthorized
        case .resourceExhausted: .tooManyRequests
        case .unimplemented: .notImplemented
        case .unavailable: .serviceUnavailable
        default: .internalServerError
        }
    }

    private static func type(of failure: Failure) -> String {
        switch status(of: failure.code).code {
        case 429:
            failure.reason.contains("quota") || failure.reason.contains("budget") ? "insufficient_quota" : "requests"
        case 500...: serverError
        default: invalidRequest
        }
    }

    /// Which parameter a known reason is about.
    private static func parameter(of reason: String) -> String? {
        switch reason {
        case "model_not_found": "model"
        case "context_length_exceeded", "content_policy", "text_too_long": "messages"
        case "conversation_not_found": "parley.conversation_id"
        default: nil
        }
    }

    // MARK: Answers

    package func json() -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.member(
                "error",
                object: { writer in
                    writer.member("message", message)
                    writer.member("type", type)
                    writer.member("param", parameter)
                    writer.member("code", code)
                })
        }
        return writer.bytes
    }

    package var response: HTTPResponse {
        var headers = headers
        headers.replaceOrAdd(name: "content-type", value: "application/json")
        if let retryAfter {
            // Whole seconds, rounded up, for everybody; milliseconds for OpenAI's clients.
            let milliseconds = max(1, retryAfter.milliseconds)
            headers.replaceOrAdd(name: "retry-after", value: "\((milliseconds + 999) / 1_000)")
            headers.replaceOrAdd(name: "retry-after-ms", value: "\(milliseconds)")
        }
        if isRetryVain { headers.replaceOrAdd(name: "x-should-retry", value: "false") }
        if status == .unauthorized { headers.replaceOrAdd(name: "www-authenticate", value: "Bearer") }
        return HTTPResponse(status, headers: headers, body: .bytes(ByteBuffer(bytes: json())))
    }
}

extension PublicError {
    package static let missingKey = PublicError(
        .unauthorized,
        "You didn't provide an API key. Send it in an Authorization header: 'Authorization: Bearer YOUR_KEY'.",
        code: "missing_api_key")

    package static let wrongKey = PublicError(
        .unauthorized, "Incorrect API key provided. It is unknown, expired or revoked.", code: "invalid_api_key")

    package static let expiredToken = PublicError(
        .unauthorized, "Your session has ended. Sign in again.", code: "session_expired")

    package static func missingScope(_ scope: String) -> PublicError {
        PublicError(
            .forbidden, "You have insufficient permissions for this operation. Missing scopes: \(scope).",
            code: "missing_scope")
    }

    package static func unknownModel(_ name: String) -> PublicError {
        PublicError(
            .notFound, "The model '\(name.prefix(128))' does not exist or you do not have access to it.",
            parameter: "model", code: "model_not_found")
    }

    package static func notFound(_ kind: String, parameter: String? = nil) -> PublicError {
        PublicError(.notFound, "No such \(kind).", parameter: parameter, code: "not_found")
    }

    package static func unsupportedMediaType(_ expected: String) -> PublicError {
        PublicError(
            .unsupportedMediaType, "Unsupported content-type. This API method only accepts '\(expected)' requests.",
            code: "unsupported_content_type")
    }

    /// OpenAI's words for a path nobody serves and a method a path does not have.
    package static func unknown(_ failure: HTTPFailure, _ request: HTTPRequest) -> PublicError {
        var error = PublicError(failure)
        let path = request.path.prefix(256)
        switch failure.status {
        case .notFound:
            error.message = "Unknown request URL: \(request.method) \(path). Please check the URL for typos."
            error.code = "unknown_url"
        case .methodNotAllowed:
            error.message = "Not allowed to \(request.method) on \(path). Try another HTTP method."
            error.code = "method_not_supported"
        default: break
        }
        return error
    }
}
