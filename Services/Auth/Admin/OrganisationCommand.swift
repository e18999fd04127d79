// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct OrganisationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organisation", abstract: "Organisations.",
        subcommands: [OrganisationCreate.self, OrganisationList.self])
}

struct OrganisationCreate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Creates an organisation with its first project and its owner.")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions

    @Option(help: "Lower-case letters, digits and dashes; unique.")
    var name: String

    @Option(help: "free, pro or enterprise.")
    var plan = "free"

    @Option(help: "The owner's e-mail address.")
    var ownerEmail: String

    @Option(help: "File with the owner's password; without it the owner cannot sign in with one yet.")
    var passwordFile: String?

    func perform(_ session: AdminSession) async throws {
        let request = CreateOrganisationRequest(
            name: name, plan: plan, ownerEmail: ownerEmail, ownerPassword: try password(fromFile: passwordFile))
        guard let reply = try await session.change(AuthAdminMethods.createOrganisation, request) else { return }
        session.show([
            ("organisation", .text("\(reply.organisationID)")), ("project", .text("\(reply.projectID)")),
            ("owner", .text("\(reply.userID)")),
        ])
    }
}

struct OrganisationList: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists organisations by name.")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(AuthAdminMethods.listOrganisations, ListOrganisationsRequest())
        var table = Table(["organisation", "name", "plan", "created"])
        for row in reply.organisations {
            table.add(.text("\(row.organisationID)"), .text(row.name), .text(row.plan), .moment(row.createdAtUs))
        }
        session.show(table)
    }
}
