// SPDX-License-Identifier: Apache-2.0

/// Turns the bytes of generated tokens into the text that may be shown.
///
/// What has been shown after k tokens is a function of those tokens alone. That is what lets another worker continue:
/// it feeds the resumed tokens, throws away what they show, and from then on emits exactly what the first would have.
package struct AnswerAssembler: Sendable {
    private var boundary = UTF8Boundary()
    private var matcher: StopMatcher

    package init(stops: [String]) { matcher = StopMatcher(stops) }

    /// Whether a stop string was found; the answer ends with this token.
    package var hasStopped: Bool { matcher.hasStopped }

    package mutating func append(_ bytes: [UInt8]) -> [UInt8] { matcher.append(boundary.append(bytes)) }

    /// The answer has ended without a stop string: shows what was held back.
    package mutating func finish() -> [UInt8] {
        let rest = matcher.append(boundary.finish())
        return rest + matcher.finish()
    }
}
