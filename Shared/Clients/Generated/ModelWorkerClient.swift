// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/modelworker.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `ModelWorker`.
package struct ModelWorkerClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Generates one answer. Events: one `started`, then token chunks, then one `finished`; a failure ends the stream.
    /// Cancelling the call frees the sequence before the next step. A call with an older epoch for a turn that runs
    /// here is refused; one with a newer epoch ends the older.
    ///
    /// Deadline: caller; is never retried by itself. Fails with not_found (model), invalid_argument
    /// (context_length_exceeded), resource_exhausted (queue full), aborted (stale epoch), unavailable (draining).
    package nonisolated(nonsending) func generate<R>(
        _ request: GenerateRequest, _ context: CallContext, _ body: (StreamReader<GenerateEvent>) async throws -> R
    ) async throws -> R {
        try await rpc.serverStreaming(ModelWorkerMethods.generate, request, context, body)
    }

    /// Embeds texts with an embedding model; vectors have length one.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model), invalid_argument (text too long, too many),
    /// resource_exhausted, unavailable.
    package func embed(_ request: EmbedTextsRequest, _ context: CallContext) async throws(Failure) -> EmbedTextsReply {
        try await rpc.unary(ModelWorkerMethods.embed, request, context)
    }

    /// Counts and lists the tokens of a rendered prompt or of a plain text.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model).
    package func tokenize(_ request: TokenizeRequest, _ context: CallContext) async throws(Failure) -> TokenizeReply {
        try await rpc.unary(ModelWorkerMethods.tokenize, request, context)
    }

    /// The worker's load, at once, then on every change (at most every 10 ms) and at least every 250 ms, as long as the
    /// call lives.
    ///
    /// Deadline: none; may be retried. Fails with unavailable.
    package nonisolated(nonsending) func watchLoad<R>(
        _ request: WatchLoadRequest, _ context: CallContext, _ body: (StreamReader<LoadReport>) async throws -> R
    ) async throws -> R {
        try await rpc.serverStreaming(ModelWorkerMethods.watchLoad, request, context, body)
    }

    /// Says how well each text answers a query: by a ranking model its own score, higher is better; by an embedding
    /// model the cosine of their embeddings, between -1 and 1.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model), invalid_argument (text too long, too many),
    /// resource_exhausted, unavailable.
    package func rank(_ request: RankTextsRequest, _ context: CallContext) async throws(Failure) -> RankTextsReply {
        try await rpc.unary(ModelWorkerMethods.rank, request, context)
    }
}
