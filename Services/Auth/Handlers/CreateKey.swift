// SPDX-License-Identifier: Apache-2.0

import AuthDomain
import Cryptography
package import Messages
import Postgres
import Primitives
package import RPC

extension AuthService {
    /// Creates an API key. This reply is the only place where its text ever stands.
    package func createKey(_ request: CreateKeyRequest, _ context: CallContext) async throws -> CreateKeyReply {
        let scopes = try checkedScopes(request.scopes)
        guard
            let (project, owner) = try await accounts.defaults(
                of: request.organisationID, deadline: context.deadline)
        else {
            throw Failure(.notFound, "There is no such organisation.", reason: "organisation_not_found")
        }
        let chosen = request.projectID ?? project
        let secret = Base64URL.encode(RandomBytes.make(count: APIKeyText.secretBytes))
        let text = APIKeyText(project: chosen, secret: secret)
        let key = NewKey(
            organisation: request.organisationID, key: identifiers.make(), project: chosen,
            user: request.userID ?? owner, hash: SHA256.hash(text.text), prefix: text.prefix,
            name: request.name.isEmpty ? "unnamed" : request.name, scopes: scopes.map(\.rawValue),
            expiresAt: request.expiresInDays.map { time.timestamp() + .seconds(Int64($0) * 86_400) })
        do {
            try await keys.insert(key, deadline: context.deadline)
        } catch let failure as DatabaseFailure where failure.isConstraint {
            throw Failure(.notFound, "There is no such project or user.", reason: "project_or_user_not_found")
        }
        return CreateKeyReply(keyID: key.key, key: text.text, prefix: text.prefix)
    }

    private func checkedScopes(_ names: [String]) throws -> [Scope] {
        if names.isEmpty { return Scope.forPrograms }
        return try names.map { name in
            guard let scope = Scope(rawValue: name) else {
                let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(
                    .invalidArgument, "There is no such scope; the scopes are \(known).", reason: "unknown_scope")
            }
            return scope
        }
    }
}
