// SPDX-License-Identifier: Apache-2.0

package import Clients
import Cryptography
package import GatewayDomain
import HTTPEdge
package import Logging
import Messages
package import Primitives
import RPC
import Redis
import Synchronization

/// Finds out who a request comes from.
///
/// API keys are asked of auth by their hash and remembered for seconds; access tokens are verified here and their
/// session asked about as rarely. While auth is down, what is known goes on and what is not known is 503: never 401,
/// because a program that is told 401 throws its key away.
package final class Principals: Sendable {
    /// The channel on which auth tells every gateway of a revoked key: 32 bytes, the key's SHA-256.
    package static let revocations = "parley:keys:revoked"
    /// Our keys have about 56 characters; longer texts are not worth hashing.
    package static let longestKey = 256
    package static let longestToken = 8_192
    /// The contracts' own deadlines are tighter; this only bounds several calls in a row.
    private static let patience = Duration.seconds(2)

    private let auth: AuthClient
    private let tokens: SessionTokens
    private let time: any TimeSource
    private let logger: Logger
    private let cache = Mutex(CredentialCache())
    private let flight = SingleFlight<CredentialHash, KnownCredential>()

    package init(auth: AuthClient, time: any TimeSource, logger: Logger) {
        self.auth = auth
        self.time = time
        self.logger = logger
        tokens = SessionTokens(auth: auth, time: time, logger: logger)
    }

    package var cachedKeys: Int { cache.withLock { $0.count } }

    /// Forgets every key and signing key; how many there were.
    @discardableResult
    package func forgetAll() -> Int {
        tokens.forgetKeys()
        return cache.withLock { $0.forgetAll() }
    }

    package func forget(_ hash: CredentialHash) { cache.withLock { $0.forget(hash) } }

    /// The credential of a request. A session is only there for signed-in people.
    package nonisolated(nonsending) func identify(_ call: PublicCall) async throws -> KnownCredential {
        guard let text = Self.bearer(call.request.header("authorization")) else { throw PublicError.missingKey }
        let isKey = text.hasPrefix("sk-")
        guard text.utf8.count <= (isKey ? Self.longestKey : Self.longestToken), isKey || Self.looksLikeToken(text)
        else {
            throw PublicError.wrongKey
        }
        let hash = CredentialHash(SHA256.hash(text))
        var held: KnownCredential?
        switch cache.withLock({ $0.lookup(hash, at: time.now()) }) {
        case .fresh(let known): return known
        case .refused(let failure): throw Self.publicError(failure, isKey: isKey)
        case .stale(let known): held = known
        case .unknown: break
        }
        let context = call.context(within: Self.patience, at: time.now())
        do throws(Failure) {
            return try await flight.run(hash) { () async throws(Failure) -> KnownCredential in
                try await self.ask(hash, text, isKey: isKey, held: held, context)
            }
        } catch {
            throw Self.publicError(error, isKey: isKey)
        }
    }

    static func bearer(_ header: String?) -> String? {
        guard let header, let space = header.firstIndex(of: " "), header[..<space].lowercased() == "bearer" else {
            return nil
        }
        let text = header[header.index(after: space)...].drop { $0 == " " }
        return text.isEmpty ? nil : String(text)
    }

    /// A JWT has three parts; anything else is not worth a question.
    private static func looksLikeToken(_ text: String) -> Bool { text.utf8.count { $0 == UInt8(ascii: ".") } == 2 }

    private static func publicError(_ failure: Failure, isKey: Bool) -> PublicError {
        guard failure.code == .unauthenticated else { return PublicError(failure) }
        if isKey { return .wrongKey }
        return failure.reason == "session_expired" ? .expiredToken : PublicError(failure)
    }

    private nonisolated(nonsending) func ask(
        _ hash: CredentialHash, _ text: String, isKey: Bool, held: KnownCredential?, _ context: CallContext
    ) async throws(Failure) -> KnownCredential {
        let generation = cache.withLock { $0.generation }
        do throws(Failure) {
            let known = isKey ? try await verifyKey(hash, context) : try await verifyToken(text, held, context)
            cache.withLock { $0.store(hash, known, askedAt: generation) }
            return known
        } catch {
            switch error.code {
            case .unauthenticated, .permissionDenied:
                let now = time.now()
                cache.withLock { $0.refuse(hash, error, at: now) }
                throw error
            case .cancelled: throw error
            default:
                if var held {
                    // The next question waits a moment, so that not every request waits for an auth that is not there.
                    held.freshUntil = min(time.now() + CredentialCache.retryInterval, held.usableUntil)
                    cache.withLock { [held] in $0.store(hash, held, askedAt: generation) }
                    logger.warning(
                        "auth cannot be asked; a known key goes on",
                        metadata: ["request_id": "\(context.requestID)", "code": "\(error.code)"])
                    return held
                }
                throw Failure(
                    .unavailable, "Your key cannot be checked right now. Please try again.",
                    reason: "auth_unavailable", retry: .now, detail: "\(error)", cause: error)
            }
        }
    }

    private nonisolated(nonsending) func verifyKey(
        _ hash: CredentialHash, _ context: CallContext
    ) async throws(Failure) -> KnownCredential {
        let request = VerifyKeyRequest(keyHash: hash.bytes)
        let reply: VerifyKeyReply
        do throws(Failure) {
            reply = try await auth.verifyKey(request, context)
        } catch  where error.code == .deadlineExceeded {
            // A first question on a busy machine; a crowd may be waiting for its answer (`flight`), so once more.
            reply = try await auth.verifyKey(request, context)
        }
        guard let plan = Plan(rawValue: reply.plan) else {
            throw Failure(.internal, "Your organisation's plan is not known.", detail: "auth says '\(reply.plan)'")
        }
        let now = time.now()
        let fresh = min(.milliseconds(Int64(reply.cacheMs)), CredentialCache.freshLimit)
        return KnownCredential(
            principal: Principal(
                organisation: reply.organisationID, project: reply.projectID, user: reply.userID, key: reply.keyID,
                plan: plan, scopes: reply.scopes),
            session: nil, freshUntil: now + fresh, usableUntil: now + CredentialCache.staleLimit)
    }

    /// A token that is known and stale was verified before: only its session is asked about.
    private nonisolated(nonsending) func verifyToken(
        _ token: String, _ held: KnownCredential?, _ context: CallContext
    ) async throws(Failure) -> KnownCredential {
        var known: KnownCredential
        let now = time.now()
        if let held {
            known = held
        } else {
            let verified = try await tokens.verify(token, context)
            known = KnownCredential(
                principal: verified.principal, session: verified.session, freshUntil: now,
                usableUntil: now + (verified.expiresAt - time.timestamp()))
        }
        if let session = known.session {
            do throws(Failure) {
                _ = try await auth.touchSession(
                    TouchSessionRequest(organisationID: known.principal.organisation, sessionID: session), context)
            } catch {
                if error.code == .unauthenticated {
                    throw Failure(.unauthenticated, PublicError.expiredToken.message, reason: "session_expired")
                }
                if error.code == .cancelled { throw error }
                // The signature is good and the token has not expired: without auth that has to do.
                logger.warning("a session cannot be asked about", metadata: ["code": "\(error.code)"])
            }
        }
        known.freshUntil = min(now + CredentialCache.freshLimit, known.usableUntil)
        return known
    }
}
