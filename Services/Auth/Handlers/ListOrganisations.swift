// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension AuthService {
    /// All organisations by name.
    package func listOrganisations(
        _ request: ListOrganisationsRequest, _ context: CallContext
    ) async throws -> ListOrganisationsReply {
        let all = try await accounts.organisations(deadline: context.deadline)
        return ListOrganisationsReply(
            organisations: all.map { organisation in
                OrganisationRow(
                    organisationID: organisation.organisation, name: organisation.name,
                    plan: organisation.plan.rawValue, createdAtUs: organisation.createdAt.microseconds)
            })
    }
}
