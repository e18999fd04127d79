// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What one caller asked of the reactor.
///
/// Unchecked: after it was submitted only the reactor's thread touches what changes, and before that only the caller.
/// The hand-over goes through the inbox's lock.
final class Request: @unchecked Sendable {
    enum Work {
        /// Statements in one implicit transaction on any connection.
        case statements([SQL])
        /// A connection for oneself, and the BEGIN that its first statement will need.
        case lease(opening: SQL)
        /// Statements in the lease's transaction.
        case leased(Lease, [SQL])
        /// The end of the lease and of its transaction.
        case end(Lease, commit: Bool)
    }

    enum Reply {
        case rows([Rows])
        case lease(Lease)
    }

    enum Stage {
        case waiting, sent, finished
    }

    let work: Work
    let tenant: OrganisationID?
    let deadline: Deadline
    let submitted: MonotonicInstant

    /// Set by the caller before it submits, taken by the reactor when it answers: exactly once.
    var continuation: UnsafeContinuation<Result<Reply, DatabaseFailure>, Never>?
    var stage = Stage.waiting
    /// The reactor has it. A task may be cancelled before it asks, and then the cancellation arrives first.
    var isAdmitted = false
    var isCancelled = false
    /// When the caller left a statement that had been sent.
    var abandoned: MonotonicInstant?

    init(_ work: Work, tenant: OrganisationID?, deadline: Deadline, submitted: MonotonicInstant) {
        self.work = work
        self.tenant = tenant
        self.deadline = deadline
        self.submitted = submitted
    }
}

/// The right to use one connection alone, from BEGIN to COMMIT or ROLLBACK.
///
/// Unchecked: only the reactor's thread looks inside; a transaction just carries it.
final class Lease: @unchecked Sendable {
    /// nil once the connection was lost or given back.
    var connection: Connection?
    /// The BEGIN, until it was sent. It goes out with the first statement, which saves a round trip.
    var opening: SQL?
    /// COMMIT or ROLLBACK was sent: nothing may follow it, because it would run outside the transaction.
    var isEnding = false

    init(connection: Connection, opening: SQL) {
        self.connection = connection
        self.opening = opening
    }
}
