// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People.", subcommands: [UserCreate.self])
}

struct UserCreate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Adds a person to an organisation.")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    @Option(help: "The person's e-mail address.")
    var email: String

    @Option(help: "owner, admin, member or guest.")
    var role = "member"

    @Option(help: "File with the password; without it the person cannot sign in with one yet.")
    var passwordFile: String?

    func perform(_ session: AdminSession) async throws {
        let request = CreateUserRequest(
            organisationID: organisation, email: email, role: role, password: try password(fromFile: passwordFile))
        guard let reply = try await session.change(AuthAdminMethods.createUser, request) else { return }
        session.show([("user", .text("\(reply.userID)"))])
    }
}
