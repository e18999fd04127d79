// SPDX-License-Identifier: Apache-2.0

import AuthDomain
import Cryptography
package import Messages
import Primitives
package import RPC

extension AuthService {
    /// Checks a password and opens a session.
    package func login(_ request: LoginRequest, _ context: CallContext) async throws -> LoginReply {
        let email = request.email.lowercased()
        guard let account = try await accounts.account(email: email, deadline: context.deadline) else {
            // An unknown address costs the same bcrypt as a known one; otherwise the clock would tell them apart.
            _ = try await passwords.verify(password: request.password, against: Self.decoyHash)
            throw Failure.wrongCredentials
        }
        if let wait = try await attempts.wait(account.user, of: account.organisation, deadline: context.deadline) {
            throw Failure.tooManyAttempts(wait: wait)
        }
        let isRight = try await passwords.verify(
            password: request.password, against: account.passwordHash ?? Self.decoyHash)
        guard isRight, account.passwordHash != nil else {
            try await attempts.recordFailure(account.user, of: account.organisation, deadline: context.deadline)
            throw Failure.wrongCredentials
        }
        if account.isSuspended { throw Failure(KeyRefusal.suspended) }
        try await attempts.recordSuccess(account.user, of: account.organisation, deadline: context.deadline)

        let token = AccessToken(
            principal: Principal(
                organisation: account.organisation, project: account.project, user: account.user, key: nil,
                plan: account.plan, scopes: account.role.scopes.map(\.rawValue)),
            session: identifiers.make(), issuedAt: time.timestamp())
        try await sessions.open(
            SessionCache.Session(
                organisation: account.organisation, session: token.session, user: account.user,
                address: request.clientAddress, userAgent: String(request.userAgent.prefix(Self.longestUserAgent)),
                createdAt: token.issuedAt),
            deadline: context.deadline)
        return LoginReply(
            accessToken: try JWT.sign(AccessTokenClaims(token), with: signingKeys.current),
            expiresInS: UInt32(AccessToken.lifetime.milliseconds / 1_000), sessionID: token.session,
            organisationID: account.organisation, userID: account.user)
    }

    /// A bcrypt hash of nothing anybody can type (its salt and digest are fixed, its cost is ours).
    private static let decoyHash = "$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZBvOB1eQLQC7iZ9ePpd0CTLRf0x7mC"
    /// Browsers send a few hundred; the rest is not worth Redis' memory.
    private static let longestUserAgent = 512
}

/// An access token's claims as JSON spells them (spec 09.14).
private struct AccessTokenClaims: Encodable {
    var iss = AccessToken.issuer
    var aud = AccessToken.audience
    var jti: String
    var orgID: String
    var projectID: String
    var userID: String
    var tier: String
    var scopes: [String]
    var iat: Int64
    var nbf: Int64
    var exp: Int64

    enum CodingKeys: String, CodingKey {
        case iss, aud, jti, tier, scopes, iat, nbf, exp
        case orgID = "org_id"
        case projectID = "project_id"
        case userID = "user_id"
    }

    init(_ token: AccessToken) {
        jti = "\(token.session)"
        orgID = "\(token.principal.organisation)"
        projectID = "\(token.principal.project)"
        userID = "\(token.principal.user)"
        tier = token.principal.plan.rawValue
        scopes = token.principal.scopes
        iat = token.issuedAt.seconds
        nbf = token.issuedAt.seconds
        exp = token.expiresAt.seconds
    }
}
