// SPDX-License-Identifier: Apache-2.0

package import Messages
package import RPC

extension OrchestratorService {
    /// Takes a route away.
    package func removeRoute(_ request: RemoveRouteRequest, _ context: CallContext) async throws -> RemoveRouteReply {
        let wasThere = try await stored { try await parts.routes.remove(request.name, deadline: context.deadline) }
        return RemoveRouteReply(wasThere: wasThere)
    }
}
