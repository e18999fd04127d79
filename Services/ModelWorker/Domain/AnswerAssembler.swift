// SPDX-License-Identifier: Apache-2.0

/// Turns the bytes of generated tokens into the text that may be shown.
///
/// What has been shown after k tokens is a function of those tokens alone. That is what lets another worker continue:
/// it feeds the resumed tokens, throws away what they show, and from then on emits exactly what the first would have.
package struct AnswerAssembler: Sendable {
    private var boundary = UTF8Boundary()
    private var matcher: StopMatcher
    /// nil for plain text, which is shown as it is.
    private var reading: (any AnswerReading)?

    package init(stops: [String], reading: (any AnswerReading)? = nil) {
        matcher = StopMatcher(stops)
        self.reading = reading
    }

    /// Whether a stop string was found; the answer ends with this token.
    package var hasStopped: Bool { matcher.hasStopped }
    package var hasCalls: Bool { reading?.hasCalls ?? false }
    /// What a finished answer's schema says against it.
    package var violation: String? { reading?.violation }

    package mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        let text = matcher.append(boundary.append(bytes))
        return reading == nil ? text : reading?.append(text) ?? text
    }

    /// The answer has ended: shows what was held back, unless a stop string ended it.
    package mutating func finish() -> [UInt8] {
        let rest = matcher.append(boundary.finish()) + matcher.finish()
        guard reading != nil else { return rest }
        let read = rest.isEmpty ? [] : reading?.append(rest) ?? []
        return read + (reading?.finish() ?? [])
    }
}
