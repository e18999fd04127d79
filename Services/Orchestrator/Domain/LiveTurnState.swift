// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Everything a running turn's tasks share: the window, the visible answer, the counts and how it ends.
///
/// One value, kept behind one lock. The task that reads the worker, the one that reads moderation, the ticker and every
/// follower call its methods, and do what they answer outside the lock.
package struct LiveTurnState: Sendable {
    package private(set) var window: OutputWindow
    package private(set) var answer = AnswerLog()
    package private(set) var tally = TokenTally()
    package private(set) var tokenizer: String?
    /// Nothing leaves before turn, user message and reservation are durable.
    package private(set) var isOpen = false
    /// Set once, by whoever comes first: a client's cancel, moderation's stop, a failure.
    package private(set) var asked: GenerationEnd?
    private var isStopped = false
    /// Tokens the worker has sent, whether they have left or not.
    package private(set) var offered: UInt32 = 0
    /// Tokens of more than one vocabulary: their ids say nothing together, and their numbers are counted here.
    private var isMixed = false
    package private(set) var passages: [Passage]?
    package private(set) var isDegraded = false
    /// How far the turn log in Redis has been written.
    package private(set) var logged = AnswerLog.Cursor.start

    package init(window: OutputWindow) { self.window = window }

    /// A worker has taken the turn.
    package mutating func started(prompt: UInt32, cached: UInt32, tokenizer: String) {
        tally.started(prompt: prompt, cached: cached)
        self.tokenizer = tokenizer
    }

    /// What the worker counted of the prompt in the end.
    package mutating func counted(prompt: UInt32, cached: UInt32) { tally.started(prompt: prompt, cached: cached) }

    package mutating func found(_ passages: [Passage]?, isDegraded: Bool) {
        self.passages = passages
        self.isDegraded = isDegraded
    }

    /// A chunk from the worker. Returns its offset when moderation is to judge it, nil when nobody judges.
    package mutating func offer(
        _ text: UnsafeRawBufferPointer, count: UInt32, tokens: [UInt32], at now: MonotonicInstant
    ) -> Int? {
        let seq = offered
        if !isMixed { answer.note(tokens: tokens) }
        offered &+= count
        let offset = window.hold(text, seq: seq, count: count, at: now)
        return window.mode == .judged ? offset : nil
    }

    /// Whether a chunk that names its first token so is the next one.
    package func follows(_ seq: UInt32) -> Bool { isMixed || seq == offered }

    /// The answer goes on in another vocabulary.
    package mutating func continuesFromText() {
        isMixed = true
        answer.forgetTokens()
    }

    /// Lets out what may leave without a verdict. Returns true when something left.
    package mutating func flow() -> Bool { drain() }

    /// Whether the worker told the id of every token it sent.
    package var hasAllTokens: Bool { !isMixed && answer.tokens.count == Int(offered) }

    /// Opens the gate. Returns true when something left through it.
    package mutating func open() -> Bool {
        isOpen = true
        return drain()
    }

    /// A verdict of moderation. Returns true when something left. After a stop nothing more is heard.
    package mutating func judged(
        upTo: Int, redactions: [TextRedaction], stop rule: String?, at now: MonotonicInstant
    ) -> Bool {
        guard !isStopped else { return false }
        window.release(upTo: upTo, redactions: redactions, at: now)
        if let rule {
            isStopped = true
            end(.stopped(rule: rule))
        }
        return drain()
    }

    /// Moderation is out. Returns true when something left; asks for the end when the policy is closed.
    package mutating func moderationLost(_ mode: OutageMode) -> Bool {
        guard window.loseModeration(mode) else {
            end(.failed(word: "moderation_unavailable", message: "The answer could not be checked and was stopped."))
            return false
        }
        return drain()
    }

    /// Asks for the turn's end. The first to ask decides how it ends.
    package mutating func end(_ end: GenerationEnd) {
        if asked == nil { asked = end }
    }

    /// What is to be appended to the turn log now.
    package mutating func takeUnlogged() -> ReleasedPiece? { answer.read(&logged, keepsParts: true) }

    /// Lets out what may leave. Closed until the gate opens.
    private mutating func drain() -> Bool {
        guard isOpen else { return false }
        var left = false
        while let piece = isStopped ? window.stop() : window.take() {
            append(piece)
            left = true
        }
        return left
    }

    private mutating func append(_ piece: ReleasedPiece) {
        answer.append(piece)
        tally.append(piece.count)
    }
}
