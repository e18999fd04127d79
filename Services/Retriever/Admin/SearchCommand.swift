// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct SearchCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Searches an organisation's files as a turn would.")
    static let service = PeerName.retriever
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    @Option(help: "How many passages at most.")
    var limit: UInt32 = 5

    @Argument(help: "The question.")
    var query: String

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(
            RetrieverAdminMethods.searchPassages,
            SearchPassagesRequest(organisationID: organisation, query: query, limit: limit))
        var table = Table(["number", "score", "file", "bytes", "text"])
        for row in reply.passages {
            let text = admin.json ? row.text : String(row.text.prefix(80))
            table.add(
                .number(Int64(row.number)), .real((Double(row.score) * 1_000).rounded() / 1_000), .text(row.filename),
                .text("\(row.startByte)-\(row.endByte)"), .text(text))
        }
        session.show(table)
    }
}
