// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/gateway/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `GatewayAdmin`.
package struct GatewayAdminClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// What this replica is doing: open connections and streams, cached keys, and which services it reaches.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func getStatus(
        _ request: GetStatusRequest, _ context: CallContext
    ) async throws(Failure) -> GetStatusReply {
        try await rpc.unary(GatewayAdminMethods.getStatus, request, context)
    }

    /// Forgets every cached key and signing key, so that the next request asks auth.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func flushKeys(
        _ request: FlushKeysRequest, _ context: CallContext
    ) async throws(Failure) -> FlushKeysReply {
        try await rpc.unary(GatewayAdminMethods.flushKeys, request, context)
    }
}
