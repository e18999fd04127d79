// SPDX-License-Identifier: Apache-2.0

import Clients
import Cryptography
import GatewayDomain
import HTTPEdge
import Messages
import NIOCore
import NIOHTTP1
import Primitives

extension GatewayService {
    private static let longestSignIn = 16_384

    /// `POST /auth/login`: an e-mail address and a password for an access token. The password goes to auth and stays
    /// nowhere.
    func signIn(_ call: PublicCall) async throws -> HTTPResponse {
        try call.requireJSON()
        let body = try await call.request.body(atMost: Self.longestSignIn)
        let request = try body.withUnsafeReadableBytes { try SignInRequest(body: $0) }
        let context = call.context(within: Self.patience, at: time.now())
        let reply = try await auth.login(
            LoginRequest(
                email: request.email, password: request.password, clientAddress: call.request.remote,
                userAgent: call.request.header("user-agent") ?? ""), context)
        var writer = JSONWriter(capacity: 2_048)
        writer.object { writer in
            writer.member("access_token", reply.accessToken)
            writer.member("token_type", "Bearer")
            writer.member("expires_in", reply.expiresInS)
            writer.member("session_id", reply.sessionID.description)
            writer.member("user_id", reply.userID.description)
            writer.member("organisation_id", reply.organisationID.description)
        }
        var response = HTTPResponse.json(ByteBuffer(bytes: writer.bytes))
        response.headers.add(name: "cache-control", value: "no-store")
        return response
    }

    /// `POST /auth/logout`: ends the session of the token it is called with.
    func signOut(_ call: PublicCall) async throws -> HTTPResponse {
        let principal = try call.requirePrincipal()
        guard let session = call.session else {
            throw PublicError(
                .badRequest, "An API key has no session to end. Revoke the key instead.", code: "no_session")
        }
        let context = call.context(within: Self.patience, at: time.now())
        _ = try await auth.logout(LogoutRequest(organisationID: principal.organisation, sessionID: session), context)
        if let token = Principals.bearer(call.request.header("authorization")) {
            principals.forget(CredentialHash(SHA256.hash(token)))
        }
        return .empty(.noContent)
    }
}
