// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import RPC

extension ModelWorkerService {
    /// Embeds texts; the vectors come in the order of the texts. Draining does not stop it: it holds no cache, and who
    /// asks has no other worker to go to when all chat workers drain in turn.
    func embed(_ request: EmbedTextsRequest, _ context: CallContext) async throws -> EmbedTextsReply {
        guard let embedder, request.model == embedder.profile.model else { throw Failure.unknownModel(request.model) }
        do {
            let result = try await embedder.embed(request.texts, deadline: context.deadline)
            return EmbedTextsReply(
                vectors: result.vectors.map { EmbeddingVector(values: $0) },
                promptTokens: UInt32(clamping: result.tokens))
        } catch {
            throw Failure(modelWorker: error)
        }
    }
}
