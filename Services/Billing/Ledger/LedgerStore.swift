// SPDX-License-Identifier: Apache-2.0

package import BillingDomain
package import Postgres
package import Primitives

/// Reservations and the ledger, in schema `billing`. The rules of exactly-once stand in the SQL functions of
/// `Migrations`, where one lock and one transaction hold them together.
package struct LedgerStore: Sendable {
    private let database: Database

    package init(database: Database) { self.database = database }

    package struct Reservation: Sendable {
        package var verdict: ReserveVerdict
        package var amountMicros: Int64
        package var currency: String
        package var priceVersion: Int32
    }

    /// A model under an adapter, `base:adapter`, that has no price of its own costs what its base costs, and stands in
    /// the ledger under the name whose price was taken. Only such a name is looked for twice.
    package func reserve(
        turn: TurnID, for principal: Principal, model: String, promptTokens: Int64, completionTokens: Int64,
        lease: Duration, deadline: Deadline
    ) async throws -> Reservation {
        let reservation = try await reserveExactly(
            turn: turn, for: principal, model: model, promptTokens: promptTokens, completionTokens: completionTokens,
            lease: lease, deadline: deadline)
        guard reservation.verdict == .noPrice, let base = PricedModel.base(of: model) else { return reservation }
        return try await reserveExactly(
            turn: turn, for: principal, model: base, promptTokens: promptTokens, completionTokens: completionTokens,
            lease: lease, deadline: deadline)
    }

    private func reserveExactly(
        turn: TurnID, for principal: Principal, model: String, promptTokens: Int64, completionTokens: Int64,
        lease: Duration, deadline: Deadline
    ) async throws -> Reservation {
        let seconds = lease.inSeconds
        let rows = try await database.query(
            """
            SELECT verdict, amount, money, price FROM billing.reserve(
                \(principal.organisation), \(turn), \(principal.project), \(principal.user), \(model),
                \(promptTokens), \(completionTokens), make_interval(secs => \(seconds)))
            """, tenant: principal.organisation, deadline: deadline)
        guard let row = rows.first, let verdict = ReserveVerdict(rawValue: try row.get(0, as: String.self)) else {
            throw Failure(.internal, "The ledger gave no answer.", reason: "internal", detail: "billing.reserve")
        }
        return Reservation(
            verdict: verdict, amountMicros: try row.get(1, as: Int64.self), currency: try row.get(2, as: String.self),
            priceVersion: try row.get(3, as: Int32.self))
    }

    /// How a turn is to end in the ledger.
    package struct Ending: Sendable {
        package var organisation: OrganisationID
        package var turn: TurnID
        package var project: ProjectID
        package var user: UserID
        package var model: String
        /// "settle" or "release".
        package var kind: String
        package var promptTokens: Int64
        package var cachedTokens: Int64
        package var completionTokens: Int64
        package var outcome: String
        package var epoch: Int32
    }

    /// A turn that was never reserved is settled by the same rule.
    package func finish(
        _ ending: Ending, deadline: Deadline
    ) async throws -> (verdict: FinishVerdict, chargedMicros: Int64, currency: String) {
        let finished = try await finishExactly(ending, deadline: deadline)
        guard finished.verdict == .noPrice, let base = PricedModel.base(of: ending.model) else { return finished }
        var ending = ending
        ending.model = base
        return try await finishExactly(ending, deadline: deadline)
    }

    private func finishExactly(
        _ ending: Ending, deadline: Deadline
    ) async throws -> (verdict: FinishVerdict, chargedMicros: Int64, currency: String) {
        let rows = try await database.query(
            """
            SELECT verdict, charged, money FROM billing.finish(
                \(ending.organisation), \(ending.turn), \(ending.project), \(ending.user), \(ending.model),
                \(ending.kind), \(ending.promptTokens), \(ending.cachedTokens), \(ending.completionTokens),
                \(ending.outcome), \(ending.epoch))
            """, tenant: ending.organisation, deadline: deadline)
        guard let row = rows.first, let verdict = FinishVerdict(rawValue: try row.get(0, as: String.self)) else {
            throw Failure(.internal, "The ledger gave no answer.", reason: "internal", detail: "billing.finish")
        }
        return (verdict, try row.get(1, as: Int64.self), try row.get(2, as: String.self))
    }

    /// Usage and charges by day and model.
    package func usage(
        of organisation: OrganisationID, from: Timestamp, to: Timestamp?, deadline: Deadline
    ) async throws -> [UsageSum] {
        let rows = try await database.query(
            """
            SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, model, count(*),
                   sum(prompt_tokens)::bigint, sum(cached_tokens)::bigint, sum(completion_tokens)::bigint,
                   sum(charged_micros)::bigint, currency
            FROM billing.ledger
            WHERE organisation_id = \(organisation) AND kind = 'settle' AND created_at >= \(from)
              AND created_at < coalesce(\(to), 'infinity'::timestamptz)
            GROUP BY day, model, currency ORDER BY day, model, currency
            """, tenant: organisation, deadline: deadline)
        return try rows.map { row in
            UsageSum(
                day: try row.get(0, as: String.self), model: try row.get(1, as: String.self),
                requests: try row.get(2, as: Int64.self), promptTokens: try row.get(3, as: Int64.self),
                cachedTokens: try row.get(4, as: Int64.self), completionTokens: try row.get(5, as: Int64.self),
                chargedMicros: try row.get(6, as: Int64.self), currency: try row.get(7, as: String.self))
        }
    }

    /// Tokens used today and this month, UTC: what the Redis counters start from when Redis has lost them.
    package func tokensUsed(
        by organisation: OrganisationID, deadline: Deadline
    ) async throws -> (today: Int64, month: Int64) {
        let rows = try await database.query(
            """
            SELECT coalesce(sum(prompt_tokens + completion_tokens) FILTER (
                       WHERE created_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'), 0)::bigint,
                   coalesce(sum(prompt_tokens + completion_tokens), 0)::bigint
            FROM billing.ledger
            WHERE organisation_id = \(organisation)
              AND created_at >= date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            """, tenant: organisation, deadline: deadline)
        guard let row = rows.first else { return (0, 0) }
        return (try row.get(0, as: Int64.self), try row.get(1, as: Int64.self))
    }

    /// Open reservations of all organisations, the one that lapses first at the head.
    package func openReservations(limit: Int32, deadline: Deadline) async throws -> [OpenReservation] {
        let rows = try await database.query(
            """
            SELECT organisation_id, turn_id, amount_micros, currency, created_at, expires_at
            FROM billing.open_reservations(\(limit))
            """, tenant: nil, deadline: deadline)
        return try rows.map { row in
            OpenReservation(
                organisation: OrganisationID(try row.get(0, as: UUIDv7.self)),
                turn: TurnID(try row.get(1, as: UUIDv7.self)), amountMicros: try row.get(2, as: Int64.self),
                currency: try row.get(3, as: String.self), createdAt: try row.get(4, as: Timestamp.self),
                expiresAt: try row.get(5, as: Timestamp.self))
        }
    }

    /// Lets overdue reservations lapse; returns how many did.
    package func lapseReservations(limit: Int32, deadline: Deadline) async throws -> Int64 {
        let rows = try await database.query(
            "SELECT billing.lapse_reservations(\(limit))", tenant: nil, deadline: deadline)
        return try rows.first?.get(0, as: Int64.self) ?? 0
    }
}

package struct UsageSum: Sendable {
    package var day: String
    package var model: String
    package var requests: Int64
    package var promptTokens: Int64
    package var cachedTokens: Int64
    package var completionTokens: Int64
    package var chargedMicros: Int64
    package var currency: String
}

package struct OpenReservation: Sendable {
    package var organisation: OrganisationID
    package var turn: TurnID
    package var amountMicros: Int64
    package var currency: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
}
