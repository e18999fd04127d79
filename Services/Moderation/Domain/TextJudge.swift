// SPDX-License-Identifier: Apache-2.0

/// What is to be done with a whole text.
package struct Judgement: Hashable, Sendable {
    package enum Action: String, Sendable { case allow, redact, block }
    package var action: Action
    /// Sorted, without overlap.
    package var redactions: [Finding]
    package var reasons: [String]

    package init(action: Action, redactions: [Finding], reasons: [String]) {
        self.action = action
        self.redactions = redactions
        self.reasons = reasons
    }
}

package enum TextJudge {
    package static func judge(_ text: String, direction: TextDirection, policy: ModerationPolicy) -> Judgement {
        var text = text
        var findings = text.withUTF8 { bytes in
            scan(bytes, policy: policy, followsWord: false, isFinal: true).findings
        }
        findings = merged(findings)
        var reasons = findings.map(\.kind)
        if direction != .output, policy.blocksInjection {
            let fired = InjectionRules.fired(by: text)
            if !fired.isEmpty {
                return Judgement(action: .block, redactions: [], reasons: fired)
            }
        }
        if findings.contains(where: { $0.consequence == .block }) {
            return Judgement(action: .block, redactions: [], reasons: ["blocklist"])
        }
        reasons = reasons.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        return Judgement(action: findings.isEmpty ? .allow : .redact, redactions: findings, reasons: reasons)
    }

    /// All detectors over one stretch of text.
    static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, policy: ModerationPolicy, followsWord: Bool, isFinal: Bool
    ) -> Scan {
        var all = policy.phrases.scan(bytes, followsWord: followsWord, isFinal: isFinal)
        if policy.redactsCards {
            let cards = CardDetector.scan(bytes, followsWord: followsWord, isFinal: isFinal)
            all.findings += cards.findings
            all.holdFrom = min(all.holdFrom, cards.holdFrom)
        }
        if policy.redactsEmails {
            let emails = EmailDetector.scan(bytes, followsWord: followsWord, isFinal: isFinal)
            all.findings += emails.findings
            all.holdFrom = min(all.holdFrom, emails.holdFrom)
        }
        return all
    }

    /// Sorted by start; of two that overlap, one range that covers both with the first one's replacement.
    static func merged(_ findings: [Finding]) -> [Finding] {
        guard findings.count > 1 else { return findings }
        var out: [Finding] = []
        for finding in findings.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard let last = out.last, finding.range.lowerBound < last.range.upperBound else {
                out.append(finding)
                continue
            }
            var wider = last
            wider.range = last.range.lowerBound..<max(last.range.upperBound, finding.range.upperBound)
            if finding.consequence == .block { wider.consequence = .block }
            out[out.count - 1] = wider
        }
        return out
    }
}
