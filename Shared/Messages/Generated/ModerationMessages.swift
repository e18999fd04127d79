// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/moderation.proto. Do not edit: run `make proto`.

package struct Direction: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = Self(rawValue: 0)
    /// What a person or program sent to a model.
    package static let input = Self(rawValue: 1)
    /// What a model answered.
    package static let output = Self(rawValue: 2)
    /// What a document says that a model will be shown.
    package static let document = Self(rawValue: 3)
}

extension Direction: CustomStringConvertible {
    /// The value's name in the contract, in lower case, or `number_<n>` for one this build does not know.
    package var description: String {
        switch rawValue {
        case 0: "unspecified"
        case 1: "input"
        case 2: "output"
        case 3: "document"
        default: "number_\(rawValue)"
        }
    }
}

package struct VerdictAction: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = Self(rawValue: 0)
    package static let allow = Self(rawValue: 1)
    package static let redact = Self(rawValue: 2)
    package static let block = Self(rawValue: 3)
}

extension VerdictAction: CustomStringConvertible {
    /// The value's name in the contract, in lower case, or `number_<n>` for one this build does not know.
    package var description: String {
        switch rawValue {
        case 0: "unspecified"
        case 1: "allow"
        case 2: "redact"
        case 3: "block"
        default: "number_\(rawValue)"
        }
    }
}

package struct FailMode: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = Self(rawValue: 0)
    /// Without verdicts the text is released (low risk).
    package static let open = Self(rawValue: 1)
    /// Without verdicts the answer stops.
    package static let closed = Self(rawValue: 2)
}

extension FailMode: CustomStringConvertible {
    /// The value's name in the contract, in lower case, or `number_<n>` for one this build does not know.
    package var description: String {
        switch rawValue {
        case 0: "unspecified"
        case 1: "open"
        case 2: "closed"
        default: "number_\(rawValue)"
        }
    }
}

package struct JudgeTextRequest: Equatable, Sendable {
    package var text: String
    package var direction: Direction

    package init(text: String = "", direction: Direction = Direction(rawValue: 0)) {
        self.text = text
        self.direction = direction
    }
}

package struct Redaction: Equatable, Sendable {
    package var startByte: UInt64
    package var endByte: UInt64
    /// What stands in the text instead, for example "[card]".
    package var replacement: String
    /// "card", "email", "blocklist", …
    package var kind: String

    package init(startByte: UInt64 = 0, endByte: UInt64 = 0, replacement: String = "", kind: String = "") {
        self.startByte = startByte
        self.endByte = endByte
        self.replacement = replacement
        self.kind = kind
    }
}

package struct Verdict: Equatable, Sendable {
    package var action: VerdictAction
    package var redactions: [Redaction]
    /// Names of the rules that fired, for logs and the client's error; never text of the input.
    package var reasons: [String]
    package var policyVersion: UInt32

    package init(
        action: VerdictAction = VerdictAction(rawValue: 0), redactions: [Redaction] = [], reasons: [String] = [],
        policyVersion: UInt32 = 0
    ) {
        self.action = action
        self.redactions = redactions
        self.reasons = reasons
        self.policyVersion = policyVersion
    }
}

package struct JudgeStreamStart: Equatable, Sendable {
    package var direction: Direction

    package init(direction: Direction = Direction(rawValue: 0)) {
        self.direction = direction
    }
}

package struct JudgeStreamChunk: Equatable, Sendable {
    /// Where this chunk begins in the whole answer.
    package var offset: UInt64
    package var text: String
    /// The answer ends with this chunk: everything left is to be released or redacted now.
    package var isLast: Bool

    package init(offset: UInt64 = 0, text: String = "", isLast: Bool = false) {
        self.offset = offset
        self.text = text
        self.isLast = isLast
    }
}

package struct JudgeStreamInput: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case start(JudgeStreamStart)
        case chunk(JudgeStreamChunk)
    }

    package var kind: Kind?

    package init(kind: Kind? = nil) {
        self.kind = kind
    }
}

package struct JudgeStreamOutput: Equatable, Sendable {
    /// All text before this byte of the answer is judged; after the redactions below it may leave.
    package var releasedUpTo: UInt64
    /// Ranges before `released_up_to` and not told before.
    package var redactions: [Redaction]
    /// Absent while the answer may go on; otherwise the rule that stops it. Nothing from `released_up_to` on may leave.
    package var stopReason: String?
    /// In the answer to the start only: how the policy wants an outage of moderation to be treated.
    package var failMode: FailMode

    package init(
        releasedUpTo: UInt64 = 0, redactions: [Redaction] = [], stopReason: String? = nil,
        failMode: FailMode = FailMode(rawValue: 0)
    ) {
        self.releasedUpTo = releasedUpTo
        self.redactions = redactions
        self.stopReason = stopReason
        self.failMode = failMode
    }
}
