// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Why the database did not do what it was asked.
package struct DatabaseFailure: FailureConvertible, Sendable {
    package enum Kind: Hashable, Sendable {
        /// No connection, a lost one, or a server that is starting, stopping or full. Trying again may succeed.
        case unavailable
        /// As many statements wait as may wait.
        case overloaded
        /// The deadline passed first, here or on the server.
        case deadline
        /// The calling task was cancelled.
        case cancelled
        /// Another transaction was in the way: run the whole transaction again.
        case serialization
        /// A constraint of this name refused the row.
        case constraint(String)
        /// A privilege or a row-level policy refused it.
        case permission
        /// A value that cannot be sent or stored, such as text with a NUL.
        case invalidInput
        /// A result that is not of the type it was read as. A bug of ours.
        case decoding
        /// The statement is wrong, or does not fit the schema. A bug of ours. Holds the SQLSTATE.
        case syntax(String)
        /// Anything else. Holds the SQLSTATE.
        case other(String)
    }

    package var kind: Kind
    /// For our log only: never a value that was bound or stored.
    package var detail: String
    /// Whether the server may have done it all the same: it was sent, and its end is unknown. False means certainly
    /// not done, so that even what is not idempotent may be tried again.
    package var mayHaveHappened: Bool

    package init(_ kind: Kind, detail: String = "", mayHaveHappened: Bool = false) {
        self.kind = kind
        self.detail = detail
        self.mayHaveHappened = mayHaveHappened
    }

    /// Whether a constraint refused the row, whichever.
    package var isConstraint: Bool {
        if case .constraint = kind { return true }
        return false
    }

    static let notRunning = DatabaseFailure(.unavailable, detail: "the database client has stopped")

    /// What a caller across the wire sees when a store has nothing better to say.
    package var failure: Failure {
        switch kind {
        case .unavailable:
            Failure(
                .unavailable, "The database cannot be reached at the moment.", reason: "database_unavailable",
                retry: .after(.seconds(1)), detail: detail, cause: self)
        case .overloaded:
            Failure(
                .unavailable, "The database is busy.", reason: "database_busy", retry: .after(.seconds(1)),
                detail: detail, cause: self)
        case .deadline: .deadlineExceeded
        case .cancelled: .cancelled
        case .serialization:
            Failure(
                .aborted, "The same thing was being changed at the same time.", reason: "conflict", retry: .now,
                detail: detail, cause: self)
        case .invalidInput:
            Failure(
                .invalidArgument, "A value cannot be stored.", reason: "invalid_value", detail: detail, cause: self)
        case .constraint, .permission, .decoding, .syntax, .other:
            Failure(
                .internal, "Something went wrong on our side.", reason: "internal", detail: description,
                cause: self)
        }
    }
}

extension DatabaseFailure: CustomStringConvertible {
    package var description: String { detail.isEmpty ? "database: \(kind)" : "database: \(kind), \(detail)" }

    /// The kind without what varies, for a metric's label.
    var label: String {
        switch kind {
        case .unavailable: "unavailable"
        case .overloaded: "overloaded"
        case .deadline: "deadline"
        case .cancelled: "cancelled"
        case .serialization: "serialization"
        case .constraint: "constraint"
        case .permission: "permission"
        case .invalidInput: "invalid_input"
        case .decoding: "decoding"
        case .syntax: "syntax"
        case .other: "other"
        }
    }
}
