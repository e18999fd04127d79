// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
package import Messages
import Primitives
package import RPC
import Synchronization

extension GatewayService {
    /// What this replica is doing.
    package func getStatus(_ request: GetStatusRequest, _ context: CallContext) async throws -> GetStatusReply {
        GetStatusReply(
            openConnections: UInt32(clamping: ports.withLock { $0.reduce(0) { $0 + $1.openConnections } }),
            openStreams: UInt32(clamping: streams.load(ordering: .relaxed)),
            cachedKeys: UInt32(clamping: principals.cachedKeys),
            services: reach.map {
                ReachedService(service: $0.service.rawValue, connections: UInt32(clamping: $0.connections))
            },
            requests: UInt64(clamping: requests.load(ordering: .relaxed)), startedAtUs: startedAt.microseconds)
    }
}
