// SPDX-License-Identifier: Apache-2.0

import OrchestratorDomain
import Primitives
import TestKit
import Testing

struct OutputWindowTests {
    private let time = ManualTime()

    /// The value in a place that expectations may change.
    private final class Window {
        private var value: OutputWindow
        init(maxBytes: Int) { value = OutputWindow(maxBytes: maxBytes, maxHold: .seconds(1)) }
        var isEmpty: Bool { value.isEmpty }
        var hasRedacted: Bool { value.hasRedacted }
        var mode: OutputWindow.Mode { value.mode }
        func hold(_ text: some Collection<UInt8>, seq: UInt32, count: UInt32, at now: MonotonicInstant) -> Int {
            Array(text).withUnsafeBytes { value.hold($0, seq: seq, count: count, at: now) }
        }
        func release(upTo: Int, redactions: [TextRedaction], at now: MonotonicInstant) {
            value.release(upTo: upTo, redactions: redactions, at: now)
        }
        func take() -> ReleasedPiece? { value.take() }
        func stop() -> ReleasedPiece? { value.stop() }
        func loseModeration(_ mode: OutageMode) -> Bool { value.loseModeration(mode) }
        func isOverdue(at now: MonotonicInstant) -> Bool { value.isOverdue(at: now) }
    }

    private func window(maxBytes: Int = 1_000) -> Window { Window(maxBytes: maxBytes) }

    private func text(_ piece: ReleasedPiece?) -> String? { piece.map { String(decoding: $0.text, as: UTF8.self) } }

    @Test func nothingLeavesWithoutAVerdict() {
        let window = window()
        #expect(window.hold(Array("Hello".utf8), seq: 0, count: 1, at: time.now()) == 0)
        #expect(window.take() == nil)
        window.release(upTo: 5, redactions: [], at: time.now())
        #expect(window.take() == ReleasedPiece(seq: 0, count: 1, text: Array("Hello".utf8)))
        #expect(window.isEmpty)
    }

    @Test func onlyWholeChunksLeave() {
        let window = window()
        _ = window.hold(Array("one ".utf8), seq: 0, count: 1, at: time.now())
        #expect(window.hold(Array("two".utf8), seq: 1, count: 1, at: time.now()) == 4)
        window.release(upTo: 6, redactions: [], at: time.now())
        #expect(text(window.take()) == "one ")
        #expect(window.take() == nil)
        window.release(upTo: 7, redactions: [], at: time.now())
        #expect(window.take() == ReleasedPiece(seq: 1, count: 1, text: Array("two".utf8)))
    }

    /// Goal: a card number that arrives in pieces leaves as its replacement, wherever the pieces end.
    /// Method: cut a text with a redaction into chunks of every size, release after every chunk what a judge would.
    @Test(arguments: 1...12)
    func redactionsHoldAcrossChunks(size: Int) {
        let source = Array("pay 4111 1111 now".utf8)
        let redaction = TextRedaction(start: 4, end: 13, replacement: "[card]")
        let window = window()
        var out: [UInt8] = []
        var count: UInt32 = 0
        for (index, start) in stride(from: 0, to: source.count, by: size).enumerated() {
            let chunk = source[start..<min(start + size, source.count)]
            _ = window.hold(chunk, seq: UInt32(index), count: 1, at: time.now())
            // A judge holds while a match may still grow, and tells the redaction once, when it is complete.
            let reached = start + chunk.count
            let told = reached >= redaction.end && start < redaction.end
            let released = reached < redaction.end ? min(reached, redaction.start) : reached
            window.release(upTo: released, redactions: told ? [redaction] : [], at: time.now())
            if let piece = window.take() {
                out += piece.text
                count += piece.count
            }
        }
        #expect(String(decoding: out, as: UTF8.self) == "pay [card] now")
        #expect(count == UInt32((source.count + size - 1) / size))
        #expect(window.hasRedacted && window.isEmpty)
    }

    @Test func aStopKeepsWhatWasReleased() {
        let window = window()
        _ = window.hold(Array("fine. bad".utf8), seq: 0, count: 3, at: time.now())
        window.release(upTo: 6, redactions: [], at: time.now())
        #expect(text(window.stop()) == "fine. ")
        _ = window.hold(Array("more".utf8), seq: 3, count: 1, at: time.now())
        window.release(upTo: 100, redactions: [], at: time.now())
        #expect(window.take() == nil)
    }

    @Test func anOpenPolicyReleasesEverythingWhenModerationIsDown() {
        let window = window()
        _ = window.hold(Array("held".utf8), seq: 0, count: 1, at: time.now())
        #expect(window.loseModeration(.open))
        #expect(text(window.take()) == "held")
        _ = window.hold(Array(" on".utf8), seq: 1, count: 1, at: time.now())
        #expect(text(window.take()) == " on")
    }

    @Test func aClosedPolicyStopsTheAnswer() {
        let window = window()
        _ = window.hold(Array("held".utf8), seq: 0, count: 1, at: time.now())
        #expect(!window.loseModeration(.closed))
        #expect(window.take() == nil && window.mode == .stopped)
    }

    @Test func holdingTooLongOrTooMuchIsAnOutage() {
        let slow = window()
        _ = slow.hold(Array("a".utf8), seq: 0, count: 1, at: time.now())
        #expect(!slow.isOverdue(at: time.now()))
        time.advance(by: .milliseconds(1_001))
        #expect(slow.isOverdue(at: time.now()))

        let full = window(maxBytes: 3)
        _ = full.hold(Array("abcd".utf8), seq: 0, count: 1, at: time.now())
        #expect(full.isOverdue(at: time.now()))
    }

    @Test func judgedTextThatWaitsIsNobodysDelay() {
        let window = window(maxBytes: 3)
        _ = window.hold(Array("abcd".utf8), seq: 0, count: 1, at: time.now())
        window.release(upTo: 4, redactions: [], at: time.now())
        time.advance(by: .seconds(5))
        #expect(!window.isOverdue(at: time.now()))
        _ = window.hold(Array("e".utf8), seq: 1, count: 1, at: time.now())
        #expect(!window.isOverdue(at: time.now()))
        time.advance(by: .milliseconds(1_001))
        #expect(window.isOverdue(at: time.now()))
    }

    @Test func progressResetsTheClock() {
        let window = window()
        _ = window.hold(Array("ab".utf8), seq: 0, count: 1, at: time.now())
        _ = window.hold(Array("cd".utf8), seq: 1, count: 1, at: time.now())
        time.advance(by: .milliseconds(900))
        window.release(upTo: 2, redactions: [], at: time.now())
        time.advance(by: .milliseconds(900))
        #expect(!window.isOverdue(at: time.now()))
    }
}
