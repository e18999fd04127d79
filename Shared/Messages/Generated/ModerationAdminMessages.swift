// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/moderation/v1/admin.proto. Do not edit: run `make proto`.

package import Primitives

package struct ExplainTextRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var text: String
    package var direction: Direction

    package init(organisationID: OrganisationID, text: String = "", direction: Direction = Direction(rawValue: 0)) {
        self.organisationID = organisationID
        self.text = text
        self.direction = direction
    }
}

package struct BlockPhraseRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var phrase: String
    /// Redact it rather than block the whole text.
    package var redacts: Bool

    package init(organisationID: OrganisationID, phrase: String = "", redacts: Bool = false) {
        self.organisationID = organisationID
        self.phrase = phrase
        self.redacts = redacts
    }
}

package struct BlockPhraseReply: Equatable, Sendable {
    package var policyVersion: UInt32

    package init(policyVersion: UInt32 = 0) {
        self.policyVersion = policyVersion
    }
}

package struct ListPhrasesRequest: Equatable, Sendable {
    package var organisationID: OrganisationID

    package init(organisationID: OrganisationID) {
        self.organisationID = organisationID
    }
}

package struct ListPhrasesReply: Equatable, Sendable {
    package var phrases: [PhraseRow]

    package init(phrases: [PhraseRow] = []) {
        self.phrases = phrases
    }
}

package struct PhraseRow: Equatable, Sendable {
    package var phrase: String
    package var redacts: Bool

    package init(phrase: String = "", redacts: Bool = false) {
        self.phrase = phrase
        self.redacts = redacts
    }
}
