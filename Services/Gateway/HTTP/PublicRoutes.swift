// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
package import HTTPEdge
import NIOHTTP1
import Primitives
import Synchronization

/// What a route asks of its caller (spec 09.27 to 09.37).
enum Access: Sendable {
    case anybody
    /// Any good credential.
    case signedIn
    case scope(String)
}

extension GatewayService {
    /// Every route of the public ports, in one place.
    package var router: Router {
        var router = Router()
        let chatRead = Access.scope("chat:read")
        on(&router, .POST, "/v1/chat/completions", .scope("chat:write"), isTurn: true) { try await $0.completeChat($1) }
        on(&router, .GET, "/v1/models", .scope("model:list")) { try await $0.listModels($1) }
        on(&router, .GET, "/v1/models/{model...}", .scope("model:list")) { try await $0.getModel($1) }
        on(&router, .POST, "/v1/embeddings", .scope("embeddings:write"), isTurn: true) { try await $0.embed($1) }
        on(&router, .POST, "/v1/rerank", .scope("embeddings:write"), isTurn: true) { try await $0.rerank($1) }
        on(&router, .POST, "/v1/files", .scope("files:write")) { try await $0.uploadFile($1) }
        on(&router, .GET, "/v1/files", .scope("files:read")) { try await $0.listFiles($1) }
        on(&router, .GET, "/v1/files/{id}", .scope("files:read")) { try await $0.getFile($1) }
        on(&router, .DELETE, "/v1/files/{id}", .scope("files:delete")) { try await $0.deleteFile($1) }
        on(&router, .POST, "/v1/conversations", .scope("chat:write")) { try await $0.createConversation($1) }
        on(&router, .GET, "/v1/conversations", chatRead) { try await $0.listConversations($1) }
        on(&router, .GET, "/v1/conversations/{id}", chatRead) { try await $0.getConversation($1) }
        on(&router, .DELETE, "/v1/conversations/{id}", .scope("chat:delete")) { try await $0.deleteConversation($1) }
        on(&router, .GET, "/v1/conversations/{id}/items", chatRead) { try await $0.listItems($1) }
        on(&router, .POST, "/auth/login", .anybody) { try await $0.signIn($1) }
        on(&router, .POST, "/auth/logout", .signedIn) { try await $0.signOut($1) }
        on(&router, .GET, "/", .anybody) { try $0.page.answer("index.html", $1.request) }
        on(&router, .GET, "/assets/{name}", .anybody) { try $0.page.answer($1.parameters["name"] ?? "", $1.request) }
        return router
    }

    private func on(
        _ router: inout Router, _ method: HTTPMethod, _ pattern: String, _ access: Access, isTurn: Bool = false,
        _ handler: @escaping @Sendable (GatewayService, PublicCall) async throws -> HTTPResponse
    ) {
        router.on(method, pattern) { request, parameters in
            var call = PublicCall(request, parameters, time: self.time, identifiers: self.identifiers)
            self.requests.add(1, ordering: .relaxed)
            let end = CallEnd(service: self, route: "\(method) \(pattern)", isTurn: isTurn)
            do {
                try await self.admit(&call, access)
                let response = try await handler(self, call)
                return end.decorated(response, call)
            } catch {
                return end.refused(error, call)
            }
        }
    }

    private nonisolated(nonsending) func admit(_ call: inout PublicCall, _ access: Access) async throws {
        if case .anybody = access { return }
        let known = try await principals.identify(call)
        call.principal = known.principal
        call.session = known.session
        if case .scope(let scope) = access, !known.principal.allows(scope) { throw PublicError.missingScope(scope) }
    }

    /// The answer to what never reached a route: unknown paths, wrong methods, bytes that are no HTTP; and to streams
    /// that failed before their first byte, whose error carries its headers.
    package var failureAnswer: FailureAnswer {
        { error, request in
            var said = PublicError(error)
            if let failure = error as? HTTPFailure, let request { said = .unknown(failure, request) }
            var response = said.response
            if !response.headers.contains(name: "x-request-id") {
                let given = request?.header("x-request-id")
                response.headers.add(
                    name: "x-request-id", value: PublicCall.requestID(given, self.identifiers))
            }
            return response
        }
    }
}
