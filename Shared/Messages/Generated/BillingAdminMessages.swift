// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/admin.proto. Do not edit: run `make proto`.

package import Primitives

package struct GetUsageRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var fromUs: Int64
    /// Absent means now.
    package var toUs: Int64?

    package init(organisationID: OrganisationID, fromUs: Int64 = 0, toUs: Int64? = nil) {
        self.organisationID = organisationID
        self.fromUs = fromUs
        self.toUs = toUs
    }
}

package struct GetUsageReply: Equatable, Sendable {
    package var rows: [UsageRow]

    package init(rows: [UsageRow] = []) {
        self.rows = rows
    }
}

package struct UsageRow: Equatable, Sendable {
    /// YYYY-MM-DD, UTC.
    package var day: String
    package var model: String
    package var requests: UInt64
    package var promptTokens: UInt64
    package var cachedTokens: UInt64
    package var completionTokens: UInt64
    package var chargedMicros: Int64
    package var currency: String

    package init(
        day: String = "", model: String = "", requests: UInt64 = 0, promptTokens: UInt64 = 0, cachedTokens: UInt64 = 0,
        completionTokens: UInt64 = 0, chargedMicros: Int64 = 0, currency: String = ""
    ) {
        self.day = day
        self.model = model
        self.requests = requests
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.completionTokens = completionTokens
        self.chargedMicros = chargedMicros
        self.currency = currency
    }
}

package struct ListReservationsRequest: Equatable, Sendable {
    package var limit: UInt32

    package init(limit: UInt32 = 0) {
        self.limit = limit
    }
}

package struct ListReservationsReply: Equatable, Sendable {
    package var reservations: [ReservationRow]

    package init(reservations: [ReservationRow] = []) {
        self.reservations = reservations
    }
}

package struct ReservationRow: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var turnID: TurnID
    package var amountMicros: Int64
    package var currency: String
    package var createdAtUs: Int64
    package var expiresAtUs: Int64

    package init(
        organisationID: OrganisationID, turnID: TurnID, amountMicros: Int64 = 0, currency: String = "",
        createdAtUs: Int64 = 0, expiresAtUs: Int64 = 0
    ) {
        self.organisationID = organisationID
        self.turnID = turnID
        self.amountMicros = amountMicros
        self.currency = currency
        self.createdAtUs = createdAtUs
        self.expiresAtUs = expiresAtUs
    }
}

package struct ListPlansRequest: Equatable, Sendable {
    package init() {}
}

package struct ListPlansReply: Equatable, Sendable {
    package var plans: [PlanRow]

    package init(plans: [PlanRow] = []) {
        self.plans = plans
    }
}

package struct PlanRow: Equatable, Sendable {
    package var plan: String
    /// In this message 0 means no limit.
    package var requestsPerMinute: UInt64
    package var requestsPerDay: UInt64
    package var tokensPerDay: UInt64
    package var tokensPerMonth: UInt64

    package init(
        plan: String = "", requestsPerMinute: UInt64 = 0, requestsPerDay: UInt64 = 0, tokensPerDay: UInt64 = 0,
        tokensPerMonth: UInt64 = 0
    ) {
        self.plan = plan
        self.requestsPerMinute = requestsPerMinute
        self.requestsPerDay = requestsPerDay
        self.tokensPerDay = tokensPerDay
        self.tokensPerMonth = tokensPerMonth
    }
}

package struct SetLimitsRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    /// Here and below 0 means no limit.
    package var requestsPerMinute: UInt64
    package var requestsPerDay: UInt64
    package var tokensPerDay: UInt64
    package var tokensPerMonth: UInt64

    package init(
        organisationID: OrganisationID, requestsPerMinute: UInt64 = 0, requestsPerDay: UInt64 = 0,
        tokensPerDay: UInt64 = 0, tokensPerMonth: UInt64 = 0
    ) {
        self.organisationID = organisationID
        self.requestsPerMinute = requestsPerMinute
        self.requestsPerDay = requestsPerDay
        self.tokensPerDay = tokensPerDay
        self.tokensPerMonth = tokensPerMonth
    }
}

package struct SetLimitsReply: Equatable, Sendable {
    package init() {}
}
