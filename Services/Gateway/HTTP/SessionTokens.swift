// SPDX-License-Identifier: Apache-2.0

package import Clients
import Cryptography
import GatewayDomain
package import Logging
import Messages
package import Primitives
package import RPC
import Synchronization

/// Verifies access tokens here, with the public keys that auth publishes: no question to auth per request.
package final class SessionTokens: Sendable {
    /// Keys are read again after this long (spec 09.17), or at once when a token names one we do not have.
    package static let keysLifetime = Duration.seconds(3_600)
    /// Anybody can send tokens with made-up key names, so "at once" is at most this often.
    package static let refreshInterval = Duration.seconds(10)
    /// Fixed by auth; a token of another issuer is none of ours.
    package static let issuer = "parley"
    package static let audience = "parley-clients"

    /// What a good token says.
    package struct Verified: Sendable {
        package var principal: Principal
        package var session: SessionID
        package var expiresAt: Timestamp
    }

    private struct State: Sendable {
        var keys: JSONWebKeySet?
        var fetchedAt: MonotonicInstant?
        var triedAt: MonotonicInstant?
    }

    /// Claims as auth writes them.
    private struct Claims: Decodable {
        var jti: String
        var org_id: String
        var project_id: String
        var user_id: String
        var tier: String
        var scopes: [String]
        var exp: Int64
    }

    private let auth: AuthClient
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())
    private let flight = SingleFlight<Bool, JSONWebKeySet>()

    package init(auth: AuthClient, time: any TimeSource, logger: Logger) {
        self.auth = auth
        self.time = time
        self.logger = logger
    }

    /// - Throws: `unauthenticated` for a token that is not good, `unavailable` when we have no keys to tell.
    package nonisolated(nonsending) func verify(
        _ token: String, _ context: CallContext
    ) async throws(Failure) -> Verified {
        var keys = try await currentKeys(context)
        do throws(JWTFailure) {
            return try verify(token, with: keys)
        } catch {
            guard error == .unknownKey, mayRefresh() else { throw refusal(error) }
        }
        keys = try await fetch(context)
        do throws(JWTFailure) { return try verify(token, with: keys) } catch { throw refusal(error) }
    }

    /// Forgets the keys, so that the next token asks auth.
    package func forgetKeys() { state.withLock { $0 = State() } }

    private func verify(_ token: String, with keys: JSONWebKeySet) throws(JWTFailure) -> Verified {
        let claims = try JWT.verify(
            token, as: Claims.self, keys: keys, issuer: Self.issuer, audience: Self.audience, at: time.timestamp())
        guard let organisation = OrganisationID(claims.org_id), let project = ProjectID(claims.project_id),
            let user = UserID(claims.user_id), let session = SessionID(claims.jti),
            let plan = Plan(rawValue: claims.tier)
        else { throw .malformed }
        let principal = Principal(
            organisation: organisation, project: project, user: user, key: nil, plan: plan, scopes: claims.scopes)
        // Whoever makes exp so large that microseconds overflow has our private key; still, no trap.
        let expiry = claims.exp.multipliedReportingOverflow(by: 1_000_000)
        return Verified(
            principal: principal, session: session,
            expiresAt: Timestamp(microseconds: expiry.overflow ? Int64.max : expiry.partialValue))
    }

    private func refusal(_ failure: JWTFailure) -> Failure {
        let isExpired = failure == .expired
        return Failure(
            .unauthenticated, isExpired ? PublicError.expiredToken.message : "The access token is not valid.",
            reason: isExpired ? "session_expired" : "invalid_token", detail: failure.rawValue)
    }

    private nonisolated(nonsending) func currentKeys(_ context: CallContext) async throws(Failure) -> JSONWebKeySet {
        let now = time.now()
        let held = state.withLock { $0 }
        if let keys = held.keys {
            if let fetchedAt = held.fetchedAt, now - fetchedAt < Self.keysLifetime { return keys }
            // Old keys are better than none while auth is down: they change rarely.
            guard mayRefresh() else { return keys }
            do throws(Failure) {
                return try await fetch(context)
            } catch {
                logger.warning("signing keys are old and cannot be read again", metadata: ["code": "\(error.code)"])
                return keys
            }
        }
        return try await fetch(context)
    }

    private func mayRefresh() -> Bool {
        let now = time.now()
        return state.withLock { state in
            if let triedAt = state.triedAt, now - triedAt < Self.refreshInterval { return false }
            state.triedAt = now
            return true
        }
    }

    private nonisolated(nonsending) func fetch(_ context: CallContext) async throws(Failure) -> JSONWebKeySet {
        try await flight.run(true) { () async throws(Failure) -> JSONWebKeySet in
            let reply = try await self.auth.listSigningKeys(ListSigningKeysRequest(), context)
            let keys: JSONWebKeySet
            do {
                keys = try JSONWebKeySet(json: reply.jwksJSON)
            } catch {
                throw Failure(
                    .unavailable, "Signing in is not possible now.", reason: "auth_unavailable", retry: .now,
                    detail: "auth's key set cannot be read", cause: error)
            }
            let now = self.time.now()
            self.state.withLock { state in
                state.keys = keys
                state.fetchedAt = now
                state.triedAt = now
            }
            return keys
        }
    }
}
