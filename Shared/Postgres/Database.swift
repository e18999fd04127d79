// SPDX-License-Identifier: Apache-2.0

package import Logging
import Metrics
package import Primitives
import ServiceLifecycle

/// The client of one Postgres database: a few connections, shared by everybody in the process.
///
/// Every call names the tenant it acts for. Row-level policies on the server compare it with each row, so a statement
/// that forgot its WHERE sees one organisation's rows and not everybody's; with no tenant it sees none.
///
/// The connections open with the first call or with `run()`, whichever comes first.
package final class Database: Service {
    package enum Isolation: String, Sendable {
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
        case serializable = "SERIALIZABLE"
    }

    let reactor: Reactor
    private let time: any TimeSource
    private let metrics = DatabaseMetrics()

    package init(_ settings: DatabaseSettings, logger: Logger, time: any TimeSource = SystemTime()) {
        self.time = time
        reactor = Reactor(settings, logger: logger, time: time)
    }

    deinit { reactor.requestStop() }

    /// Serves until the process is asked to stop, then lets what was sent end.
    package func run() async throws {
        reactor.start()
        await withTaskCancellationOrGracefulShutdownHandler {
            await reactor.waitUntilStopped()
        } onCancelOrGracefulShutdown: {
            self.reactor.requestStop()
        }
    }

    /// The same as asking `run()` to stop, for those who never ran it.
    package func shutdown() async {
        reactor.requestStop()
        await reactor.waitUntilStopped()
    }

    /// Whether at least one connection stands.
    package var isHealthy: Bool { reactor.connectionCount > 0 }

    /// Where a task that talks to the database a lot may prefer to run: each question and answer then costs no change
    /// of threads, about half the CPU. What runs there must never block.
    package var executor: any TaskExecutor { reactor }

    /// Runs one statement in a transaction of its own, in one round trip.
    @discardableResult
    package func query(
        _ sql: SQL, tenant: OrganisationID?, deadline: Deadline
    ) async throws(DatabaseFailure) -> Rows {
        let rows = try await atomically([sql], tenant: tenant, deadline: deadline)
        guard let first = rows.first else {
            throw DatabaseFailure(.decoding, detail: "the statement gave no result")
        }
        return first
    }

    /// Runs several statements in one transaction, in one round trip: all of them happen or none. For work whose later
    /// statements need nothing from the earlier ones' results; it needs no connection of its own.
    @discardableResult
    package func atomically(
        _ statements: [SQL], tenant: OrganisationID?, deadline: Deadline
    ) async throws(DatabaseFailure) -> [Rows] {
        let start = time.now()
        do throws(DatabaseFailure) {
            for sql in statements { if let refusal = sql.refusal { throw refusal } }
            let request = Request(.statements(statements), tenant: tenant, deadline: deadline, submitted: start)
            guard case .rows(let rows) = try await reactor.perform(request) else { return [] }
            metrics.succeeded(after: time.now() - start)
            return rows
        } catch {
            metrics.failed(error)
            throw error
        }
    }

    /// Runs `body` in a transaction on a connection of its own. Returning commits, throwing rolls back.
    ///
    /// The deadline covers the wait for a connection, every statement and the commit.
    package func transaction<T: Sendable>(
        tenant: OrganisationID?, deadline: Deadline, isolation: Isolation = .readCommitted,
        _ body: (Transaction) async throws -> T
    ) async throws -> T {
        let request = Request(
            .lease(opening: SQL(stringLiteral: "BEGIN ISOLATION LEVEL \(isolation.rawValue)")), tenant: tenant,
            deadline: deadline, submitted: time.now())
        let lease: Lease
        do throws(DatabaseFailure) {
            guard case .lease(let granted) = try await reactor.perform(request) else { throw .notRunning }
            lease = granted
        } catch {
            metrics.failed(error)
            throw error
        }
        let transaction = Transaction(
            reactor: reactor, lease: lease, tenant: tenant, deadline: deadline, time: time, metrics: metrics)
        let value: T
        do {
            value = try await body(transaction)
            try Task.checkCancellation()
        } catch {
            await transaction.rollBack()
            throw error
        }
        try await transaction.commit()
        return value
    }
}
