// SPDX-License-Identifier: Apache-2.0

import AuthDomain
package import Messages
import Postgres
import Primitives
package import RPC

extension AuthService {
    /// Adds a person to an organisation.
    package func createUser(_ request: CreateUserRequest, _ context: CallContext) async throws -> CreateUserReply {
        guard let role = Role(rawValue: request.role) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "The role is one of \(roles).", reason: "unknown_role")
        }
        let email = try checkedEmail(request.email)
        let hash = try await passwordHash(of: request.password)
        let user: UserID = identifiers.make()
        guard try await accounts.defaults(of: request.organisationID, deadline: context.deadline) != nil else {
            throw Failure(.notFound, "There is no such organisation.", reason: "organisation_not_found")
        }
        do {
            try await accounts.addUser(
                user, email: email, passwordHash: hash, role: role, to: request.organisationID,
                deadline: context.deadline)
        } catch let failure as DatabaseFailure where failure.isConstraint {
            throw Failure(.alreadyExists, "An account of that address exists.", reason: "already_exists")
        }
        return CreateUserReply(userID: user)
    }
}
