// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives

extension ModelWorkerService {
    /// The tokens of a rendered prompt, or of a plain text; with an embedding model of a plain text only.
    func tokenize(_ request: TokenizeRequest) async throws -> TokenizeReply {
        do {
            if let embedder, request.model == embedder.profile.model {
                let tokens = try await embedder.tokenize(request.text ?? "")
                return TokenizeReply(tokenIDs: tokens, tokenizer: embedder.profile.tokenizer)
            }
            let profile = engine.profile
            // An adapter changes what a model makes of tokens, not the tokens.
            guard AdapterName.adapter(in: request.model, of: profile.model) != nil else {
                throw Failure.unknownModel(request.model)
            }
            let tokens: [TokenID]
            if let text = request.text {
                tokens = try await engine.tokenize(text)
            } else {
                tokens = try await engine.tokenize(
                    request.messages.map { try ChatMessage($0, tokenizer: profile.tokenizer) })
            }
            return TokenizeReply(tokenIDs: tokens, tokenizer: profile.tokenizer)
        } catch {
            throw Failure(modelWorker: error)
        }
    }
}
