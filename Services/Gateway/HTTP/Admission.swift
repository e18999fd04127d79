// SPDX-License-Identifier: Apache-2.0

package import Clients
import GatewayDomain
package import Logging
import Messages
import NIOHTTP1
package import Primitives
import RPC
import Synchronization

/// Lets a request in or sends it away, by billing's word, a lease billing gave, or our own bucket when billing is down.
package final class Admission: Sendable {
    /// One line a minute says that limits are local; not one for each request.
    private static let warningInterval = Duration.seconds(60)
    private static let patience = Duration.milliseconds(50)

    /// Which bucket class a request belongs to.
    package enum Kind: String, Sendable {
        case chat, embeddings, files
    }

    private struct State: Sendable {
        var book = AdmissionBook()
        var warnedAt: MonotonicInstant?
    }

    private let billing: BillingClient
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    package init(billing: BillingClient, time: any TimeSource, logger: Logger) {
        self.billing = billing
        self.time = time
        self.logger = logger
    }

    /// - Throws: `PublicError` 429 with what to wait.
    package nonisolated(nonsending) func admit(
        _ call: PublicCall, turn: TurnID, kind: Kind, estimatedTokens: UInt32
    ) async throws {
        let principal = try call.requirePrincipal()
        let organisation = principal.organisation
        let now = time.now()
        let decision = state.withLock {
            $0.book.decide(organisation, estimatedTokens: estimatedTokens, at: now)
        }
        switch decision {
        case .admitted(let limits): call.notes.note { $0.limits = limits }
        case .decideLocally: try decideLocally(call, principal)
        case .askBilling:
            let context = call.context(within: Self.patience, at: now)
            let request = AdmitRequest(turnID: turn, kind: kind.rawValue, estimatedTokens: estimatedTokens)
            let reply: AdmitReply
            do throws(Failure) {
                reply = try await billing.admit(request, context)
            } catch {
                if error.code == .cancelled { throw error }
                // Whatever billing's trouble is, it is not the client's: a refusal is an answer, not a failure.
                let failedAt = time.now()
                state.withLock { $0.book.billingWasUnreachable(at: failedAt) }
                return try decideLocally(call, principal, because: error)
            }
            try learn(reply, call, organisation)
        }
    }

    private func learn(_ reply: AdmitReply, _ call: PublicCall, _ organisation: OrganisationID) throws {
        let limits = RateLimits(reply)
        call.notes.note { $0.limits = limits }
        let now = time.now()
        guard reply.isAllowed else {
            state.withLock { $0.book.refused(organisation) }
            throw Self.refusal(reply.refusedBy, .milliseconds(Int64(reply.retryAfterMs)))
        }
        state.withLock {
            $0.book.granted(
                organisation, requests: reply.leaseRequests, lasting: .milliseconds(Int64(reply.leaseMs)),
                limits: limits, at: now)
        }
    }

    private func decideLocally(_ call: PublicCall, _ principal: Principal, because failure: Failure? = nil) throws {
        let now = time.now()
        let (verdict, warns) = state.withLock { state in
            let warns = state.warnedAt.map { now - $0 >= Self.warningInterval } ?? true
            if warns { state.warnedAt = now }
            return (state.book.admitLocally(principal.organisation, plan: principal.plan, at: now), warns)
        }
        if warns {
            logger.warning(
                "billing cannot be asked; limits are this gateway's own",
                metadata: ["request_id": "\(call.requestID)", "cause": "\(failure?.description ?? "a moment ago")"])
        }
        switch verdict {
        case .admitted(let limits): call.notes.note { $0.limits = limits }
        case .refused(let limits, let wait):
            call.notes.note { $0.limits = limits }
            throw Self.refusal("requests_per_minute", wait)
        }
    }

    /// The 429 for a window that is used up.
    package static func refusal(_ window: String, _ wait: Duration) -> PublicError {
        let words = window.split(separator: "_").joined(separator: " ")
        // A month's tokens do not come back by waiting a little: that is a quota to OpenAI's clients, not a rate.
        let isQuota = window == "tokens_per_month"
        var error = PublicError(
            .tooManyRequests, "Rate limit reached for \(words). Please try again in \(RateLimits.text(wait)).",
            type: window.hasPrefix("tokens") ? "tokens" : "requests", code: "rate_limit_exceeded", retryAfter: wait)
        if isQuota {
            error.message = "You exceeded your current quota (\(words)). It starts afresh in \(RateLimits.text(wait))."
            error.type = "insufficient_quota"
            error.code = "insufficient_quota"
            error.isRetryVain = true
        }
        return error
    }
}

extension RateLimits {
    init(_ reply: AdmitReply) {
        self.init(
            requests: reply.limitRequests == 0
                ? nil
                : Window(
                    limit: reply.limitRequests, remaining: reply.remainingRequests,
                    reset: .milliseconds(Int64(reply.resetRequestsMs))),
            tokens: reply.limitTokens == 0
                ? nil
                : Window(
                    limit: reply.limitTokens, remaining: reply.remainingTokens,
                    reset: .milliseconds(Int64(reply.resetTokensMs))))
    }
}
