// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Why there is no answer. What Redis itself refuses is an answer: `RedisValue.error`.
package struct RedisFailure: FailureConvertible, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// No connection, or a lost one. Trying again may succeed.
        case unavailable
        /// As many commands wait as may wait.
        case overloaded
        case deadline
        case cancelled
        /// Redis answered with an error where the caller takes none: a bug of ours, or a permission that is missing.
        case refused
    }

    package var kind: Kind
    /// For our log only.
    package var detail: String
    /// Whether Redis may have done it all the same: it was sent, and its end is unknown.
    package var mayHaveHappened: Bool

    package init(_ kind: Kind, detail: String = "", mayHaveHappened: Bool = false) {
        self.kind = kind
        self.detail = detail
        self.mayHaveHappened = mayHaveHappened
    }

    static let notRunning = RedisFailure(.unavailable, detail: "the Redis client has stopped")

    /// What a caller across the wire sees when nobody has anything better to say.
    package var failure: Failure {
        switch kind {
        case .unavailable, .overloaded:
            Failure(
                .unavailable, "The cache cannot be reached at the moment.", reason: "cache_unavailable",
                retry: .after(.seconds(1)), detail: detail, cause: self)
        case .deadline: .deadlineExceeded
        case .cancelled: .cancelled
        case .refused:
            Failure(
                .internal, "Something went wrong on our side.", reason: "internal", detail: detail, cause: self)
        }
    }

    /// The kind for a metric's label.
    var label: String {
        switch kind {
        case .unavailable: "unavailable"
        case .overloaded: "overloaded"
        case .deadline: "deadline"
        case .cancelled: "cancelled"
        case .refused: "refused"
        }
    }
}

extension RedisFailure: CustomStringConvertible {
    package var description: String { detail.isEmpty ? "redis: \(kind)" : "redis: \(kind), \(detail)" }
}
