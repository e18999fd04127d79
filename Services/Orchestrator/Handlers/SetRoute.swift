// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import Primitives
package import RPC

extension OrchestratorService {
    /// Makes a route, or another one of the same name. Here it holds at once, elsewhere within seconds.
    package func setRoute(_ request: SetRouteRequest, _ context: CallContext) async throws -> SetRouteReply {
        let route = ModelRoute(request.route)
        if let fault = route.fault { throw Failure.badArgument(fault, reason: "invalid_route") }
        guard route.pools.count == request.route.pools.count else {
            throw Failure.badArgument("A pool names a plan that there is not.", reason: "invalid_route")
        }
        try await stored { try await parts.routes.set(route, deadline: context.deadline) }
        return SetRouteReply()
    }
}
