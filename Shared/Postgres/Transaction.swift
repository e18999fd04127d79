// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Statements that happen together or not at all. Lives as long as the body it was passed to.
package struct Transaction: Sendable {
    let reactor: Reactor
    let lease: Lease
    let tenant: OrganisationID?
    let deadline: Deadline
    let time: any TimeSource
    let metrics: DatabaseMetrics

    /// Runs one statement. After a failure the transaction can only be rolled back: let the error out of the body.
    @discardableResult
    package func query(_ sql: SQL) async throws(DatabaseFailure) -> Rows {
        guard let rows = try await pipeline([sql]).first else {
            throw DatabaseFailure(.decoding, detail: "the statement gave no result")
        }
        return rows
    }

    /// Runs several statements in one round trip.
    @discardableResult
    package func pipeline(_ statements: [SQL]) async throws(DatabaseFailure) -> [Rows] {
        let start = time.now()
        do throws(DatabaseFailure) {
            for sql in statements { if let refusal = sql.refusal { throw refusal } }
            let request = Request(.leased(lease, statements), tenant: tenant, deadline: deadline, submitted: start)
            guard case .rows(let rows) = try await reactor.perform(request) else { return [] }
            metrics.succeeded(after: time.now() - start)
            return rows
        } catch {
            metrics.failed(error)
            throw error
        }
    }

    func commit() async throws(DatabaseFailure) {
        let request = Request(
            .end(lease, commit: true), tenant: tenant, deadline: deadline, submitted: time.now())
        do throws(DatabaseFailure) {
            _ = try await reactor.performShielded(request)
        } catch {
            metrics.failed(error)
            throw error
        }
    }

    /// Waits for the rollback a moment, so that whoever called sees its locks gone; not for long, since the error that
    /// caused it is what the caller waits for. A lost connection has rolled back already.
    func rollBack() async {
        let request = Request(
            .end(lease, commit: false), tenant: tenant, deadline: .after(.seconds(1), from: time.now()),
            submitted: time.now())
        // Silent on purpose: the caller hears the error that led here, and the server forgets the rest.
        _ = try? await reactor.performShielded(request)
    }
}
