// SPDX-License-Identifier: Apache-2.0

import Messages
import ModerationDomain

extension Verdict {
    init(_ judgement: Judgement, policyVersion: Int32) {
        let action: VerdictAction =
            switch judgement.action {
            case .allow: .allow
            case .redact: .redact
            case .block: .block
            }
        self.init(
            action: action, redactions: judgement.redactions.map(Redaction.init), reasons: judgement.reasons,
            policyVersion: UInt32(clamping: policyVersion))
    }
}

extension Redaction {
    init(_ finding: Finding) {
        var replacement = ""
        if case .redact(let text) = finding.consequence { replacement = text }
        self.init(
            startByte: UInt64(finding.range.lowerBound), endByte: UInt64(finding.range.upperBound),
            replacement: replacement, kind: finding.kind)
    }
}

extension TextDirection {
    init?(_ direction: Direction) {
        switch direction {
        case .input: self = .input
        case .output: self = .output
        case .document: self = .document
        default: return nil
        }
    }
}
