// SPDX-License-Identifier: Apache-2.0

import Clients
package import Messages
import OrchestratorScheduling
import Primitives
package import RPC

extension OrchestratorService {
    /// Texts in one call to a worker beside the query, and in one request to us; the first is the worker's bound.
    private static let rankLimits = (perCall: 127, perRequest: 1_000)

    /// How well texts answer a query. Each is compared with the query alone, so the scores of several calls are of one
    /// kind; the query is counted as often as it was read.
    package func rank(_ request: RankRequest, _ context: CallContext) async throws -> RankReply {
        guard !request.query.isEmpty, !request.texts.isEmpty, request.texts.count <= Self.rankLimits.perRequest else {
            throw Failure.badArgument(
                "A ranking takes a query and 1 to \(Self.rankLimits.perRequest) texts.", reason: "invalid_input")
        }
        guard parts.embeddings.enter() else { throw Failure.tooManyEmbeddings }
        defer { parts.embeddings.leave() }
        var reply = RankReply()
        for start in stride(from: 0, to: request.texts.count, by: Self.rankLimits.perCall) {
            let texts = Array(request.texts[start..<min(start + Self.rankLimits.perCall, request.texts.count)])
            let part = try await rank(texts, request, context)
            guard part.scores.count == texts.count else {
                throw Failure(.internal, "Something went wrong on our side.", reason: "bad_ranking")
            }
            // A model that computes nonsense of a text must not make an order of it that nobody can sort by.
            reply.scores += part.scores.map { $0.isFinite ? $0 : -.greatestFiniteMagnitude }
            reply.promptTokens = UInt32(clamping: UInt64(reply.promptTokens) + UInt64(part.promptTokens))
        }
        return reply
    }

    private func rank(
        _ texts: [String], _ request: RankRequest, _ context: CallContext
    ) async throws(Failure) -> RankTextsReply {
        let bytes = texts.reduce(0) { $0 + request.query.utf8.count + $1.utf8.count }
        // A cross-encoder, else an embedding model; of any other model the fleet knows nothing that ranks.
        let isRanking = parts.fleet.model(request.model)?.kind == .ranking
        return try await withEmbedder(of: request.model, kind: isRanking ? .ranking : .embedding, bytes: bytes) {
            worker throws(Failure) in
            try await parts.workers.bulkClient(of: worker).rank(
                RankTextsRequest(model: request.model, query: request.query, texts: texts), context)
        }
    }
}
