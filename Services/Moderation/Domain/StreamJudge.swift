// SPDX-License-Identifier: Apache-2.0

/// Judges an answer while it is written: chunks in, how far the text may leave out.
///
/// Only text that a partial match covers is held, and never more than `longestHold` bytes: what is longer is no card,
/// no address and no phrase of ours. Offsets count bytes from the start of the answer.
package struct StreamJudge: Sendable {
    /// Above every detector's own longest match (a domain is the longest, 253 and a local part of 64).
    package static let longestHold = 512

    package struct Step: Hashable, Sendable {
        package var releasedUpTo: Int
        /// In offsets of the whole answer; sorted, before `releasedUpTo`, never told before.
        package var redactions: [Finding]
        /// The rule that ends the answer here.
        package var stop: String?
    }

    /// A chunk that does not begin where the one before it ended.
    package struct OutOfOrder: Error, Hashable, Sendable {}

    private let policy: ModerationPolicy
    /// Text received and not released; begins at `released`.
    private var pending: [UInt8] = []
    private var released = 0
    private var lastReleased: UInt8?
    private var isStopped = false

    package init(policy: ModerationPolicy) { self.policy = policy }

    package mutating func push(_ text: String, at offset: Int, isLast: Bool) throws(OutOfOrder) -> Step {
        guard offset == released + pending.count else { throw OutOfOrder() }
        guard !isStopped else { return Step(releasedUpTo: released, redactions: [], stop: "stopped") }
        pending.append(contentsOf: text.utf8)
        let followsWord = lastReleased.map(ByteClass.isWord) ?? false
        var scan = pending.withUnsafeBufferPointer { bytes in
            TextJudge.scan(bytes, policy: policy, followsWord: followsWord, isFinal: isLast)
        }
        scan.findings = TextJudge.merged(scan.findings)
        if let block = scan.findings.first(where: { $0.consequence == .block }) {
            return stop(at: block, scan.findings)
        }
        var limit = min(scan.holdFrom, pending.count)
        if pending.count - limit > Self.longestHold { limit = characterBorder(pending.count - Self.longestHold) }
        // A finding that reaches into what is held waits with it, or its rest would leave unredacted.
        for finding in scan.findings.reversed() where finding.range.contains(limit) { limit = finding.range.lowerBound }
        return release(limit, scan.findings.filter { $0.range.upperBound <= limit }, stop: nil)
    }

    private mutating func stop(at block: Finding, _ findings: [Finding]) -> Step {
        isStopped = true
        return release(
            block.range.lowerBound, findings.filter { $0.range.upperBound <= block.range.lowerBound }, stop: block.kind)
    }

    private mutating func release(_ count: Int, _ findings: [Finding], stop: String?) -> Step {
        let moved = findings.map { finding in
            var finding = finding
            finding.range = finding.range.lowerBound + released..<finding.range.upperBound + released
            return finding
        }
        if count > 0 {
            lastReleased = pending[count - 1]
            pending.removeFirst(count)
            released += count
        }
        return Step(releasedUpTo: released, redactions: moved, stop: stop)
    }

    /// The nearest place at or before `index` where a character begins.
    private func characterBorder(_ index: Int) -> Int {
        var index = index
        while index > 0, index < pending.count, pending[index] & 0xC0 == 0x80 { index -= 1 }
        return index
    }
}
