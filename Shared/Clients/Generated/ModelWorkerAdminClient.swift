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

    /// The adapters that requests may ask for, and those that are leaving.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func listAdapters(
        _ request: ListAdaptersRequest, _ context: CallContext
    ) async throws(Failure) -> ListAdaptersReply {
        try await rpc.unary(ModelWorkerAdminMethods.listAdapters, request, context)
    }

    /// Loads an adapter from the worker's folder of adapters, between two steps.
    ///
    /// Deadline: 60 s; is never retried by itself. Fails with invalid_argument (name, file, not an adapter of this
    /// model), already_exists, resource_exhausted (number, memory), failed_precondition (no folder), unavailable.
    package func loadAdapter(
        _ request: LoadAdapterRequest, _ context: CallContext
    ) async throws(Failure) -> LoadAdapterReply {
        try await rpc.unary(ModelWorkerAdminMethods.loadAdapter, request, context)
    }

    /// Takes an adapter away: from now on nobody gets it, and its memory goes with the last answer that uses it.
    ///
    /// Deadline: 5 s; is never retried by itself. Fails with not_found, failed_precondition (another server's),
    /// unavailable.
    package func unloadAdapter(
        _ request: UnloadAdapterRequest, _ context: CallContext
    ) async throws(Failure) -> UnloadAdapterReply {
        try await rpc.unary(ModelWorkerAdminMethods.unloadAdapter, request, context)
    }
}
