// SPDX-License-Identifier: Apache-2.0

package import Messages
import Primitives
package import RPC

extension RetrieverService {
    /// Searches as an organisation would.
    package func searchPassages(
        _ request: SearchPassagesRequest, _ context: CallContext
    ) async throws -> SearchPassagesReply {
        let nobody = UUIDv7(high: 0, low: 0)
        let principal = Principal(
            organisation: request.organisationID, project: ProjectID(nobody), user: UserID(nobody), key: nil,
            plan: .enterprise, scopes: ["chat:read"])
        var context = context
        context.principal = principal
        return SearchPassagesReply(
            passages: try await search(request.query, files: [], limit: request.limit, for: principal, context))
    }
}
