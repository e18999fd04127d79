// SPDX-License-Identifier: Apache-2.0

/// What an organisation wants judged, ready to be used: phrases are compiled once per version, not per text.
package struct ModerationPolicy: Sendable {
    /// What is done while moderation cannot answer (design decision 14).
    package enum RiskClass: String, Sendable {
        /// Text passes unjudged.
        case low
        /// Text does not pass.
        case high
    }

    package var version: Int32
    package var riskClass: RiskClass
    package var redactsCards: Bool
    package var redactsEmails: Bool
    package var blocksInjection: Bool
    package var phrases: PhraseTrie

    package init(
        version: Int32, riskClass: RiskClass, redactsCards: Bool, redactsEmails: Bool, blocksInjection: Bool,
        phrases: PhraseTrie
    ) {
        self.version = version
        self.riskClass = riskClass
        self.redactsCards = redactsCards
        self.redactsEmails = redactsEmails
        self.blocksInjection = blocksInjection
        self.phrases = phrases
    }

    /// What an organisation gets that has said nothing.
    package static let standard = ModerationPolicy(
        version: 0, riskClass: .low, redactsCards: true, redactsEmails: true, blocksInjection: true,
        phrases: PhraseTrie([]))
}

/// Where a text comes from or goes to.
package enum TextDirection: String, Sendable {
    case input, output, document
}
