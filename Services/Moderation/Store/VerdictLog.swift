// SPDX-License-Identifier: Apache-2.0

package import Logging
package import ModerationDomain
package import Postgres
package import Primitives
import Synchronization

/// Writes down what was redacted or blocked, behind the answer: a verdict never waits for its record.
///
/// The queue is bounded. When Postgres is away for longer than it holds, the oldest records are dropped and counted in
/// the log; the verdicts themselves were given.
package final class VerdictLog: Sendable {
    package struct Record: Sendable {
        package var organisation: OrganisationID
        package var id: UUIDv7
        package var direction: TextDirection
        package var action: Judgement.Action
        package var reasons: [String]
        package var policyVersion: Int32
        package var traceID: String
    }

    /// About a minute of a busy replica's verdicts, at some 200 bytes each.
    private static let mostWaiting = 10_000
    private static let batch = 100
    private static let pause = Duration.milliseconds(200)
    private static let patience = Duration.seconds(5)

    private struct State {
        var waiting: [Record] = []
        var dropped = 0
    }

    private let database: Database
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    package init(database: Database, time: any TimeSource, logger: Logger) {
        self.database = database
        self.time = time
        self.logger = logger
    }

    package func add(_ record: Record) {
        state.withLock { state in
            if state.waiting.count >= Self.mostWaiting {
                state.waiting.removeFirst(Self.batch)
                state.dropped += Self.batch
            }
            state.waiting.append(record)
        }
    }

    /// Writes until told to stop. Records of the last pause may be lost with the process: a cancelled task can ask
    /// Postgres for nothing more, and the verdicts themselves were given.
    package func run() async throws {
        while !Task.isCancelled {
            try await Task.sleep(for: Self.pause)
            await writeAll()
        }
    }

    private func writeAll() async {
        while true {
            let (records, dropped) = state.withLock { state in
                defer { state.dropped = 0 }
                return (Array(state.waiting.prefix(Self.batch)), state.dropped)
            }
            if dropped > 0 { logger.error("verdict records were dropped", metadata: ["count": "\(dropped)"]) }
            guard !records.isEmpty else { return }
            do {
                for record in records { try await write(record) }
            } catch {
                logger.warning("verdict records wait for Postgres", metadata: ["error": "\(error)"])
                return
            }
            state.withLock { $0.waiting.removeFirst(min(records.count, $0.waiting.count)) }
        }
    }

    /// A record written twice after a lost reply is one row.
    private func write(_ record: Record) async throws {
        _ = try await database.query(
            """
            INSERT INTO moderation.verdicts
                (organisation_id, verdict_id, direction, action, reasons, policy_version, trace_id)
            VALUES (\(record.organisation), \(record.id), \(record.direction.rawValue), \(record.action.rawValue),
                    \(record.reasons), \(record.policyVersion), \(record.traceID))
            ON CONFLICT DO NOTHING
            """, tenant: record.organisation, deadline: .after(Self.patience, from: time.now()))
    }
}
