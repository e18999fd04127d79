// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `ModelWorkerAdmin`.
package struct ModelWorkerAdminClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Stops taking new work; what runs is finished.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func drain(_ request: DrainRequest, _ context: CallContext) async throws(Failure) -> DrainReply {
        try await rpc.unary(ModelWorkerAdminMethods.drain, request, context)
    }

    /// Takes new work again.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func undrain(_ request: UndrainRequest, _ context: CallContext) async throws(Failure) -> UndrainReply {
        try await rpc.unary(ModelWorkerAdminMethods.undrain, request, context)
    }

    /// The load as WatchLoad would report it now.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func getLoad(_ request: GetLoadRequest, _ context: CallContext) async throws(Failure) -> LoadReport {
        try await rpc.unary(ModelWorkerAdminMethods.getLoad, request, context)
    }

    /// What the prefix cache did since the start, in all and for the tenants that asked most.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func getCacheStatistics(
        _ request: GetCacheStatisticsRequest, _ context: CallContext
    ) async throws(Failure) -> CacheStatisticsReply {
        try await rpc.unary(ModelWorkerAdminMethods.getCacheStatistics, request, context)
    }
}
