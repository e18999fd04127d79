// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/modelworker.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `ModelWorker`: what a caller and a server must agree on.
package enum ModelWorkerMethods {
    /// Generates one answer. Events: one `started`, then token chunks, then one `finished`; a failure ends the stream.
    /// Cancelling the call frees the sequence before the next step. A call with an older epoch for a turn that runs
    /// here is refused; one with a newer epoch ends the older.
    ///
    /// Deadline: caller; is never retried by itself. Fails with not_found (model), invalid_argument
    /// (context_length_exceeded), resource_exhausted (queue full), aborted (stale epoch), unavailable (draining).
    package static let generate = Method<GenerateRequest, GenerateEvent>(
        id: 0x0601, name: "modelworker.Generate", kind: .serverStreaming, isIdempotent: false, deadline: nil,
        callers: [.orchestrator], carriesTokens: true
    )

    /// Embeds texts with an embedding model; vectors have length one.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model), invalid_argument (text too long, too many),
    /// resource_exhausted, unavailable.
    package static let embed = Method<EmbedTextsRequest, EmbedTextsReply>(
        id: 0x0602, name: "modelworker.Embed", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator], carriesTokens: false
    )

    /// Counts and lists the tokens of a rendered prompt or of a plain text.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model).
    package static let tokenize = Method<TokenizeRequest, TokenizeReply>(
        id: 0x0603, name: "modelworker.Tokenize", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator], carriesTokens: false
    )

    /// The worker's load, at once, then on every change (at most every 10 ms) and at least every 250 ms, as long as the
    /// call lives.
    ///
    /// Deadline: none; may be retried. Fails with unavailable.
    package static let watchLoad = Method<WatchLoadRequest, LoadReport>(
        id: 0x0604, name: "modelworker.WatchLoad", kind: .serverStreaming, isIdempotent: true, deadline: nil,
        callers: [.orchestrator], carriesTokens: false
    )

    /// Says how well each text answers a query: by a ranking model its own score, higher is better; by an embedding
    /// model the cosine of their embeddings, between -1 and 1.
    ///
    /// Deadline: 5 s; may be retried. Fails with not_found (model), invalid_argument (text too long, too many),
    /// resource_exhausted, unavailable.
    package static let rank = Method<RankTextsRequest, RankTextsReply>(
        id: 0x0605, name: "modelworker.Rank", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.orchestrator], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        generate.description,
        embed.description,
        tokenize.description,
        watchLoad.description,
        rank.description,
    ]
}
