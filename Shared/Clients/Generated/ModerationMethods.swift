// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/moderation.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `Moderation`: what a caller and a server must agree on.
package enum ModerationMethods {
    /// Judges one whole text: allow it, redact parts of it, or block it.
    ///
    /// Deadline: 100 ms; may be retried. Fails with invalid_argument (too long), unavailable.
    package static let judgeText = Method<JudgeTextRequest, Verdict>(
        id: 0x0301, name: "moderation.JudgeText", kind: .unary, isIdempotent: true, deadline: .milliseconds(100),
        callers: [.orchestrator, .retriever], carriesTokens: false
    )

    /// Judges an answer while it is written. The first message starts the stream; every chunk is answered by how far
    /// the text may be released. Nothing is held that no partial match covers.
    ///
    /// Deadline: caller; is never retried by itself. Fails with invalid_argument (offsets that do not follow each
    /// other), unavailable.
    package static let judgeStream = Method<JudgeStreamInput, JudgeStreamOutput>(
        id: 0x0302, name: "moderation.JudgeStream", kind: .bidirectional, isIdempotent: false, deadline: nil,
        callers: [.orchestrator], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [judgeText.description, judgeStream.description]
}
