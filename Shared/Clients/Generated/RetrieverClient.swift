// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/retriever.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `Retriever`.
package struct RetrieverClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// The passages of the organisation's files nearest to a query, by vector and by words together.
    ///
    /// Deadline: 200 ms; may be retried, and is made a second time after 60 ms without an answer. Fails with
    /// invalid_argument (empty query), unavailable; the turn goes on without context and says so.
    package func findPassages(
        _ request: FindPassagesRequest, _ context: CallContext
    ) async throws(Failure) -> FindPassagesReply {
        try await rpc.unary(RetrieverMethods.findPassages, request, context)
    }

    /// Stores a file and starts its ingestion. The first message describes it, the others carry its bytes in order.
    /// The one answer comes when the bytes are safe; ingestion goes on behind it.
    ///
    /// Deadline: 30 s; may be retried. Fails with invalid_argument (type not supported, too large, not UTF-8),
    /// already_exists (same id, other bytes).
    package nonisolated(nonsending) func ingestFile<R>(
        _ context: CallContext, _ body: (StreamWriter<IngestFileInput>, StreamReader<FileReply>) async throws -> R
    ) async throws -> R {
        try await rpc.bidirectional(RetrieverMethods.ingestFile, context, body)
    }

    /// Deadline: 1 s; may be retried, and is made a second time after 250 ms without an answer. Fails with not_found.
    package func getFile(_ request: GetFileRequest, _ context: CallContext) async throws(Failure) -> FileReply {
        try await rpc.unary(RetrieverMethods.getFile, request, context)
    }

    /// The organisation's files, newest first, by keyset pages.
    ///
    /// Deadline: 1 s; may be retried. Fails with invalid_argument (bad cursor).
    package func listFiles(
        _ request: ListFilesRequest, _ context: CallContext
    ) async throws(Failure) -> ListFilesReply {
        try await rpc.unary(RetrieverMethods.listFiles, request, context)
    }

    /// Takes a file and its passages out of every search. Deleting what is gone is not_found.
    ///
    /// Deadline: 2 s; may be retried. Fails with not_found.
    package func deleteFile(
        _ request: DeleteFileRequest, _ context: CallContext
    ) async throws(Failure) -> DeleteFileReply {
        try await rpc.unary(RetrieverMethods.deleteFile, request, context)
    }
}
