// SPDX-License-Identifier: Apache-2.0

import AuthDomain
import Cryptography
package import Messages
import Postgres
import Primitives
package import RPC

extension AuthService {
    /// Creates an organisation with its first project and its owner.
    package func createOrganisation(
        _ request: CreateOrganisationRequest, _ context: CallContext
    ) async throws -> CreateOrganisationReply {
        guard let plan = Plan(rawValue: request.plan) else {
            let plans = Plan.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "The plan is one of \(plans).", reason: "unknown_plan")
        }
        guard request.name.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,62}/) != nil else {
            throw Failure(
                .invalidArgument, "The name has 1 to 63 lower-case letters, digits and dashes.", reason: "bad_name")
        }
        let new = NewOrganisation(
            organisation: identifiers.make(), name: request.name, plan: plan, project: identifiers.make(),
            owner: identifiers.make(), ownerEmail: try checkedEmail(request.ownerEmail),
            ownerPasswordHash: try await passwordHash(of: request.ownerPassword))
        do {
            try await accounts.create(new, deadline: context.deadline)
        } catch let failure as DatabaseFailure where failure.isConstraint {
            throw Failure(
                .alreadyExists, "An organisation of that name or an account of that address exists.",
                reason: "already_exists")
        }
        return CreateOrganisationReply(
            organisationID: new.organisation, projectID: new.project, userID: new.owner)
    }

    /// An address with one `@` and something on both sides. What mail servers accept is wider; what people type is not.
    func checkedEmail(_ text: String) throws -> String {
        let email = text.lowercased()
        guard email.utf8.count <= 254, email.wholeMatch(of: /[^@\s]+@[^@\s]+/) != nil else {
            throw Failure(.invalidArgument, "That is no e-mail address.", reason: "bad_email")
        }
        return email
    }

    /// The hash of a password that satisfies the policy, or nil for none.
    func passwordHash(of password: String?) async throws -> String? {
        guard let password else { return nil }
        do {
            try PasswordPolicy.check(password)
        } catch {
            throw Failure(error)
        }
        return try await passwords.hash(password: password, cost: PasswordPolicy.cost)
    }
}
