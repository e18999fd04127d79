// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import RPC

extension ModelWorkerService {
    /// Says how near texts are to a query, by an embedding model. Query and texts go through the model together, so one
    /// text fewer than `embed` takes fits. Vectors have length one: their product is the cosine.
    func rank(_ request: RankTextsRequest, _ context: CallContext) async throws -> RankTextsReply {
        guard let embedder, request.model == embedder.profile.model else { throw Failure.unknownModel(request.model) }
        do {
            let result = try await embedder.embed([request.query] + request.texts, deadline: context.deadline)
            guard let query = result.vectors.first else { throw Failure.unknownModel(request.model) }
            let scores = result.vectors.dropFirst().map { vector in
                zip(query, vector).reduce(0 as Float) { $0 + $1.0 * $1.1 }
            }
            return RankTextsReply(scores: scores, promptTokens: UInt32(clamping: result.tokens))
        } catch {
            throw Failure(modelWorker: error)
        }
    }
}
