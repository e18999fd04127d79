// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What does not change about an embedding engine.
package struct EmbeddingProfile: Hashable, Sendable {
    package var model: String
    /// When the model's file was written.
    package var createdAt: Timestamp
    package var tokenizer: String
    package var dimensions: Int
    /// Tokens of one text; a longer one is refused, never cut off in silence.
    package var maxTextTokens: Int
}

/// Why texts were not embedded.
package enum EmbeddingRefusal: Error, Hashable, Sendable {
    case textTooLong(index: Int, tokens: Int, limit: Int)
    case tooManyTexts(limit: Int)
    /// Too many calls wait already.
    case queueFull
    case expired
    /// The server behind this worker said no, or nothing.
    case upstream(UpstreamRefusal)
}

package struct EmbeddingResult: Sendable {
    /// One vector of length one for each text.
    package var vectors: [[Float]]
    package var tokens: Int
}

/// Something that turns texts into vectors.
package protocol EmbeddingEngine: Sendable {
    var profile: EmbeddingProfile { get }
    /// Works until the task is cancelled.
    func run() async throws
    func embed(_ texts: [String], deadline: Deadline) async throws -> EmbeddingResult
    /// The tokens of one text, as the model sees it.
    func tokenize(_ text: String) async throws -> [UInt32]
}

/// Bounds of both engines.
package enum EmbeddingLimits {
    /// As the contract says.
    package static let maxTexts = 128
    /// Calls that wait or run. At a thousand tokens a second more would only wait past their deadlines.
    package static let maxCalls = 64
}
