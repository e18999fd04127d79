// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
package import RPC

extension OrchestratorService {
    /// Every route, as this replica follows it.
    package func listRoutes(_ request: ListRoutesRequest, _ context: CallContext) async throws -> ListRoutesReply {
        ListRoutesReply(routes: parts.routes.all.map(RouteRow.init))
    }
}
