// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct PhrasesCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "phrases", abstract: "Lists an organisation's blocked phrases.")
    static let service = PeerName.moderation
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(
            ModerationAdminMethods.listPhrases, ListPhrasesRequest(organisationID: organisation))
        var table = Table(["phrase", "action"])
        for row in reply.phrases { table.add(.text(row.phrase), row.redacts ? "redact" : "block") }
        session.show(table)
    }
}
