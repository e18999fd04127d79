// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct BlockCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "Adds a phrase to an organisation's blocklist.")
    static let service = PeerName.moderation
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    @Flag(help: "Take the phrase out of texts instead of blocking them.")
    var redact = false

    @Argument(help: "Whole words; upper and lower case are the same.")
    var phrase: String

    func perform(_ session: AdminSession) async throws {
        let request = BlockPhraseRequest(organisationID: organisation, phrase: phrase, redacts: redact)
        guard let reply = try await session.change(ModerationAdminMethods.blockPhrase, request) else { return }
        session.show([("policy_version", .number(Int64(reply.policyVersion)))])
    }
}
