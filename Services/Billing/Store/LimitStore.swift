// SPDX-License-Identifier: Apache-2.0

package import BillingDomain
package import Postgres
package import Primitives
import Synchronization

/// The limits of plans and of single organisations, read from Postgres and kept for a minute.
///
/// While Postgres is away the last known limits go on; an organisation never seen gets its plan's.
package final class LimitStore: Sendable {
    private let database: Database
    private let time: any TimeSource
    private let known = Mutex<[OrganisationID: Entry]>([:])

    /// The longest a changed limit takes to hold everywhere.
    package static let lifetime = Duration.seconds(60)
    /// Beyond this many organisations the oldest knowledge is dropped; each entry is under 100 bytes.
    private static let mostEntries = 100_000

    private struct Entry {
        var limits: Limits
        var readAt: MonotonicInstant
    }

    package init(database: Database, time: any TimeSource) {
        self.database = database
        self.time = time
    }

    package func limits(of principal: Principal, deadline: Deadline) async throws -> Limits {
        let now = time.now()
        let cached = known.withLock { $0[principal.organisation] }
        if let cached, now - cached.readAt < Self.lifetime { return cached.limits }
        do {
            let fresh = try await read(principal, deadline: deadline)
            known.withLock { entries in
                if entries.count >= Self.mostEntries { entries.removeAll(keepingCapacity: true) }
                entries[principal.organisation] = Entry(limits: fresh, readAt: now)
            }
            return fresh
        } catch {
            if let cached { return cached.limits }
            throw error
        }
    }

    /// The organisation's own row when it has one, else its plan's.
    private func read(_ principal: Principal, deadline: Deadline) async throws -> Limits {
        let rows = try await database.query(
            """
            SELECT requests_per_minute, requests_per_day, tokens_per_day, tokens_per_month
            FROM billing.organisation_limits WHERE organisation_id = \(principal.organisation)
            UNION ALL
            SELECT requests_per_minute, requests_per_day, tokens_per_day, tokens_per_month
            FROM billing.plan_limits WHERE plan = \(principal.plan.rawValue)
              AND NOT EXISTS (
                  SELECT 1 FROM billing.organisation_limits WHERE organisation_id = \(principal.organisation))
            """, tenant: principal.organisation, deadline: deadline)
        guard let row = rows.first else {
            throw Failure(
                .failedPrecondition, "The plan has no limits; run the migrations.", detail: "\(principal.plan)")
        }
        return try limits(of: row, from: 0)
    }

    package func plans(deadline: Deadline) async throws -> [(plan: String, limits: Limits)] {
        let rows = try await database.query(
            """
            SELECT plan, requests_per_minute, requests_per_day, tokens_per_day, tokens_per_month
            FROM billing.plan_limits ORDER BY requests_per_minute
            """, tenant: nil, deadline: deadline)
        return try rows.map { (try $0.get(0, as: String.self), try limits(of: $0, from: 1)) }
    }

    package func set(_ limits: Limits, for organisation: OrganisationID, deadline: Deadline) async throws {
        _ = try await database.query(
            """
            INSERT INTO billing.organisation_limits
                (organisation_id, requests_per_minute, requests_per_day, tokens_per_day, tokens_per_month)
            VALUES (\(organisation), \(limits.requestsPerMinute), \(limits.requestsPerDay), \(limits.tokensPerDay),
                    \(limits.tokensPerMonth))
            ON CONFLICT (organisation_id) DO UPDATE SET
                requests_per_minute = excluded.requests_per_minute, requests_per_day = excluded.requests_per_day,
                tokens_per_day = excluded.tokens_per_day, tokens_per_month = excluded.tokens_per_month,
                updated_at = now()
            """, tenant: organisation, deadline: deadline)
        known.withLock { $0[organisation] = nil }
    }

    private func limits(of row: Row, from index: Int) throws -> Limits {
        Limits(
            requestsPerMinute: try row.get(index, as: Int64?.self),
            requestsPerDay: try row.get(index + 1, as: Int64?.self),
            tokensPerDay: try row.get(index + 2, as: Int64?.self),
            tokensPerMonth: try row.get(index + 3, as: Int64?.self))
    }
}
