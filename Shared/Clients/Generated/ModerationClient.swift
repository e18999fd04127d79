// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/moderation.proto. Do not edit: run `make proto`.

package import Messages
package import Primitives
package import RPC

/// Calls `Moderation`.
package struct ModerationClient: Sendable {
    private let rpc: RPCClient
    package init(_ rpc: RPCClient) { self.rpc = rpc }

    /// Judges one whole text: allow it, redact parts of it, or block it.
    ///
    /// Deadline: 100 ms; may be retried. Fails with invalid_argument (too long), unavailable.
    package func judgeText(_ request: JudgeTextRequest, _ context: CallContext) async throws(Failure) -> Verdict {
        try await rpc.unary(ModerationMethods.judgeText, request, context)
    }

    /// Judges an answer while it is written. The first message starts the stream; every chunk is answered by how far
    /// the text may be released. Nothing is held that no partial match covers.
    ///
    /// Deadline: caller; is never retried by itself. Fails with invalid_argument (offsets that do not follow each
    /// other), unavailable.
    package nonisolated(nonsending) func judgeStream<R>(
        _ context: CallContext,
        _ body: (StreamWriter<JudgeStreamInput>, StreamReader<JudgeStreamOutput>) async throws -> R
    ) async throws -> R {
        try await rpc.bidirectional(ModerationMethods.judgeStream, context, body)
    }
}
