// SPDX-License-Identifier: Apache-2.0

/// The one error that crosses the wire.
///
/// `message` and `reason` reach the caller, and may reach a person: they never hold prompt text, secrets, SQL or
/// addresses of machines. `detail` and `cause` stay in this process: they are logged here and never sent.
package struct Failure: Error, Sendable {
    /// When the caller may try the same call again.
    package enum Retry: Hashable, Sendable {
        /// The same request will fail the same way.
        case never
        /// Another try at once may succeed, on this peer or another.
        case now
        /// Not before this much time has passed.
        case after(Duration)
    }

    package var code: StatusCode
    /// A public sentence that says what is wrong and, where we know it, what to do.
    package var message: String
    /// A machine's name for the case (`snake_case`, stable; OpenAI's `code` where one exists), or "".
    package var reason: String
    package var retry: Retry
    /// For our log only: never sent, so it may name hosts and settings, but still no prompt text and no secret.
    package var detail: String?
    /// The error this one was made from. For our log only.
    package var cause: (any Error)?

    package init(
        _ code: StatusCode, _ message: String, reason: String = "", retry: Retry = .never, detail: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.retry = retry
        self.detail = detail
        self.cause = cause
    }

    /// What a caller sees of an error nobody translated. Its text is fixed on purpose: whatever an unexpected error
    /// says was not written for the caller's eyes. The server counts these; the count should stay zero.
    package static func untranslated(_ error: any Error) -> Failure {
        if let failure = error as? Failure { return failure }
        if let known = error as? any FailureConvertible { return known.failure }
        if error is CancellationError { return .cancelled }
        return Failure(
            .internal, "Something went wrong on our side.", reason: "internal", detail: String(reflecting: error),
            cause: error)
    }

    package static let cancelled = Failure(.cancelled, "The call was cancelled.", reason: "cancelled")
    package static let deadlineExceeded = Failure(
        .deadlineExceeded, "The call did not finish before its deadline.", reason: "deadline_exceeded")
}

extension Failure: CustomStringConvertible {
    package var description: String {
        var text = "\(code): \(message)"
        if !reason.isEmpty { text += " [\(reason)]" }
        if let detail { text += " (\(detail))" }
        return text
    }
}
