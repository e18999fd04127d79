// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import RPC

extension ModelWorkerService {
    /// Says how well texts answer a query: by a cross-encoder, or by how near an embedding model finds them.
    func rank(_ request: RankTextsRequest, _ context: CallContext) async throws -> RankTextsReply {
        guard let engine = [embedder, ranker].compactMap(\.self).first(where: { $0.profile.model == request.model })
        else { throw Failure.unknownModel(request.model) }
        do {
            let result = try await engine.rank(request.query, request.texts, deadline: context.deadline)
            return RankTextsReply(scores: result.scores, promptTokens: UInt32(clamping: result.tokens))
        } catch {
            throw Failure(modelWorker: error)
        }
    }
}
