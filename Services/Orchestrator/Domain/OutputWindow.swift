// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// How a policy wants an outage of moderation to be treated.
package enum OutageMode: String, Hashable, Sendable, CaseIterable {
    /// Low risk: without verdicts the text is released.
    case open
    /// Without verdicts the answer stops.
    case closed
}

/// Holds an answer back until moderation has released it, and applies its redactions.
///
/// Bytes go in as the worker sends them and come out in whole chunks, because a chunk's place in the answer is the
/// name a client resumes by. Offsets are those of the answer as generated. The window is bounded in bytes and in time;
/// past either bound moderation counts as down, and the policy says what follows: open releases what is held and all
/// that comes, closed stops the answer.
package struct OutputWindow: Sendable {
    private struct HeldChunk {
        var seq: UInt32
        var count: UInt32
        /// Where the chunk ends in the answer.
        var end: Int
    }

    package enum Mode: Hashable, Sendable {
        case judged
        /// Moderation is out and the policy is open: nothing is held any more.
        case unjudged
        /// Nothing leaves any more.
        case stopped
    }

    package private(set) var mode: Mode
    package private(set) var hasRedacted = false
    /// The most text that may wait for a verdict.
    private let maxBytes: Int
    private let maxHold: Duration

    private var held: [UInt8] = []
    private var chunks: [HeldChunk] = []
    /// Where `held` begins in the answer; everything before it has left.
    private var base = 0
    /// All text before this byte is judged.
    private var judged = 0
    private var redactions: [TextRedaction] = []
    /// When moderation last said something, or got something to do.
    private var unjudgedSince: MonotonicInstant?

    package init(isJudged: Bool = true, maxBytes: Int, maxHold: Duration) {
        mode = isJudged ? .judged : .unjudged
        self.maxBytes = maxBytes
        self.maxHold = maxHold
    }

    package var isEmpty: Bool { chunks.isEmpty }
    /// Whether no verdict is missing. Judged text may still wait, for the gate to open.
    package var isJudged: Bool { mode != .judged || judged >= end }
    package var heldBytes: Int { held.count }
    /// What waits, as the worker sent it.
    package var heldText: [UInt8] { held }
    /// Where the next chunk begins in the answer.
    package var end: Int { base + held.count }

    /// Takes a chunk in. Returns its offset in the answer, which is what moderation is told.
    package mutating func hold(
        _ text: UnsafeRawBufferPointer, seq: UInt32, count: UInt32, at now: MonotonicInstant
    ) -> Int {
        let offset = end
        // Time is counted from where moderation has something to do.
        if judged >= offset { unjudgedSince = now }
        held += text
        chunks.append(HeldChunk(seq: seq, count: count, end: end))
        return offset
    }

    /// Whether a bound is passed: too much text, or text for too long, without a verdict. Text that is judged and waits
    /// for the gate is not moderation's delay.
    package func isOverdue(at now: MonotonicInstant) -> Bool {
        guard !isJudged, let since = unjudgedSince else { return false }
        return end - judged > maxBytes || now - since > maxHold
    }

    /// Moderation has judged everything before `upTo`. Lower than an earlier value changes nothing.
    package mutating func release(upTo: Int, redactions new: [TextRedaction], at now: MonotonicInstant) {
        guard mode == .judged else { return }
        redactions += new
        if new.count > 1 || redactions.count > new.count { redactions.sort { $0.start < $1.start } }
        let reached = min(max(judged, upTo), end)
        if reached > judged { unjudgedSince = now }
        judged = reached
    }

    /// Moderation is down. Returns false when the policy does not let the answer go on without it.
    package mutating func loseModeration(_ outageMode: OutageMode) -> Bool {
        switch (mode, outageMode) {
        case (.judged, .open):
            mode = .unjudged
            return true
        case (.judged, .closed):
            mode = .stopped
            return false
        case (.unjudged, _):
            return true
        case (.stopped, _):
            return false
        }
    }

    /// What may leave now; nil when nothing may.
    package mutating func take() -> ReleasedPiece? {
        let limit: Int
        switch mode {
        case .judged: limit = judged
        case .unjudged: limit = end
        case .stopped: return nil
        }
        var taken = 0
        // Text without a token leaves by itself: its place in the answer is after the tokens before it.
        while taken < chunks.count, chunks[taken].end <= limit, taken == 0 || chunks[taken].count > 0 { taken += 1 }
        guard taken > 0 else { return nil }
        return leave(chunks: taken, upTo: chunks[taken - 1].end)
    }

    /// Moderation stops the answer: what it has released leaves, cut inside a chunk if need be, and nothing after it.
    package mutating func stop() -> ReleasedPiece? {
        guard mode == .judged else { return nil }
        defer { mode = .stopped }
        guard judged > base else { return nil }
        var taken = 0
        while taken < chunks.count, chunks[taken].end < judged { taken += 1 }
        return leave(chunks: min(taken + 1, chunks.count), upTo: judged)
    }

    private mutating func leave(chunks taken: Int, upTo limit: Int) -> ReleasedPiece {
        var count: UInt32 = 0
        for chunk in chunks[..<taken] { count &+= chunk.count }
        let seq = chunks[0].seq
        let text = redactions.isEmpty ? Array(held[..<(limit - base)]) : redacted(upTo: limit)
        chunks.removeFirst(taken)
        held.removeFirst(limit - base)
        base = limit
        return ReleasedPiece(seq: seq, count: count, text: text)
    }

    /// The held text before `limit` with its redactions done. One that reaches past `limit` is replaced here, and the
    /// rest of it swallowed later.
    private mutating func redacted(upTo limit: Int) -> [UInt8] {
        var out: [UInt8] = []
        var at = base
        for redaction in redactions where redaction.start < limit && redaction.end > at {
            if redaction.start >= at {
                out += held[(at - base)..<(redaction.start - base)]
                out += redaction.replacement.utf8
                hasRedacted = true
            }
            at = min(redaction.end, limit)
        }
        out += held[(at - base)..<(limit - base)]
        redactions.removeAll { $0.end <= limit }
        return out
    }
}
