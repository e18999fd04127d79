// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `RetrieverAdmin`.
package struct RetrieverAdminClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Searches as an organisation would.
    ///
    /// Deadline: 5 s; may be retried. Fails with invalid_argument.
    package func searchPassages(
        _ request: SearchPassagesRequest, _ context: CallContext
    ) async throws(Failure) -> SearchPassagesReply {
        try await rpc.unary(RetrieverAdminMethods.searchPassages, request, context)
    }

    /// How many files stand in which state, and how far ingestion is behind.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package func getIngestion(
        _ request: GetIngestionRequest, _ context: CallContext
    ) async throws(Failure) -> GetIngestionReply {
        try await rpc.unary(RetrieverAdminMethods.getIngestion, request, context)
    }
}
