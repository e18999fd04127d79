// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/billing/v1/billing.proto. Do not edit: run `make proto`.

package import Primitives

package struct AdmitRequest: Equatable, Sendable {
    package var turnID: TurnID
    /// "chat", "embeddings" or "files": which price and bucket class the request belongs to.
    package var kind: String
    /// Tokens the request may cost at most, as the gateway estimates them from its size.
    package var estimatedTokens: UInt32

    package init(turnID: TurnID, kind: String = "", estimatedTokens: UInt32 = 0) {
        self.turnID = turnID
        self.kind = kind
        self.estimatedTokens = estimatedTokens
    }
}

package struct AdmitReply: Equatable, Sendable {
    package var isAllowed: Bool
    /// Which limit refused: "requests_per_minute", "requests_per_day", "tokens_per_day", "tokens_per_month". Empty when
    /// allowed.
    package var refusedBy: String
    package var retryAfterMs: UInt32
    /// For the x-ratelimit-… headers: the tightest request window and the tightest token window.
    package var limitRequests: UInt64
    package var remainingRequests: UInt64
    package var resetRequestsMs: UInt32
    /// 0 means the plan has no token limit.
    package var limitTokens: UInt64
    package var remainingTokens: UInt64
    package var resetTokensMs: UInt32
    /// Further requests the gateway may admit by itself until the lease ends; 0 when none.
    package var leaseRequests: UInt32
    package var leaseMs: UInt32

    package init(
        isAllowed: Bool = false, refusedBy: String = "", retryAfterMs: UInt32 = 0, limitRequests: UInt64 = 0,
        remainingRequests: UInt64 = 0, resetRequestsMs: UInt32 = 0, limitTokens: UInt64 = 0,
        remainingTokens: UInt64 = 0, resetTokensMs: UInt32 = 0, leaseRequests: UInt32 = 0, leaseMs: UInt32 = 0
    ) {
        self.isAllowed = isAllowed
        self.refusedBy = refusedBy
        self.retryAfterMs = retryAfterMs
        self.limitRequests = limitRequests
        self.remainingRequests = remainingRequests
        self.resetRequestsMs = resetRequestsMs
        self.limitTokens = limitTokens
        self.remainingTokens = remainingTokens
        self.resetTokensMs = resetTokensMs
        self.leaseRequests = leaseRequests
        self.leaseMs = leaseMs
    }
}

package struct ReserveRequest: Equatable, Sendable {
    package var turnID: TurnID
    package var model: String
    package var promptTokensEstimate: UInt32
    package var maxCompletionTokens: UInt32
    /// How long the reservation may stay open before billing releases it by itself.
    package var leaseMs: UInt32

    package init(
        turnID: TurnID, model: String = "", promptTokensEstimate: UInt32 = 0, maxCompletionTokens: UInt32 = 0,
        leaseMs: UInt32 = 0
    ) {
        self.turnID = turnID
        self.model = model
        self.promptTokensEstimate = promptTokensEstimate
        self.maxCompletionTokens = maxCompletionTokens
        self.leaseMs = leaseMs
    }
}

package struct ReserveReply: Equatable, Sendable {
    package var amountMicros: Int64
    /// ISO 4217.
    package var currency: String
    package var priceVersion: UInt32

    package init(amountMicros: Int64 = 0, currency: String = "", priceVersion: UInt32 = 0) {
        self.amountMicros = amountMicros
        self.currency = currency
        self.priceVersion = priceVersion
    }
}

package struct SettleRequest: Equatable, Sendable {
    package var turnID: TurnID
    /// The owner of the turn; the outbox relays for all tenants, so the id is in the message and not in the metadata.
    package var organisationID: OrganisationID
    package var projectID: ProjectID
    package var userID: UserID
    package var model: String
    package var usage: Usage
    /// "completed", "cancelled", "failed" or "expired".
    package var outcome: String
    package var epoch: UInt32

    package init(
        turnID: TurnID, organisationID: OrganisationID, projectID: ProjectID, userID: UserID, model: String = "",
        usage: Usage, outcome: String = "", epoch: UInt32 = 0
    ) {
        self.turnID = turnID
        self.organisationID = organisationID
        self.projectID = projectID
        self.userID = userID
        self.model = model
        self.usage = usage
        self.outcome = outcome
        self.epoch = epoch
    }
}

package struct SettleReply: Equatable, Sendable {
    package var chargedMicros: Int64
    package var currency: String
    /// True when an earlier call had settled the turn.
    package var wasSettled: Bool

    package init(chargedMicros: Int64 = 0, currency: String = "", wasSettled: Bool = false) {
        self.chargedMicros = chargedMicros
        self.currency = currency
        self.wasSettled = wasSettled
    }
}

package struct ReleaseRequest: Equatable, Sendable {
    package var turnID: TurnID
    package var organisationID: OrganisationID
    /// A short machine word for the ledger: "refused", "failed", "expired".
    package var reason: String
    package var epoch: UInt32

    package init(turnID: TurnID, organisationID: OrganisationID, reason: String = "", epoch: UInt32 = 0) {
        self.turnID = turnID
        self.organisationID = organisationID
        self.reason = reason
        self.epoch = epoch
    }
}

package struct ReleaseReply: Equatable, Sendable {
    package var wasReleased: Bool

    package init(wasReleased: Bool = false) {
        self.wasReleased = wasReleased
    }
}
