// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

/// The first organisation of a new deployment, with a key for programs and one for administration.
struct Bootstrap: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Creates an organisation with its owner and two keys: one for programs, one for administration.")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's name.")
    var organisation: String

    @Option(help: "free, pro or enterprise.")
    var plan = "enterprise"

    @Option(help: "The owner's e-mail address; `owner@<organisation>.example` when it is not given.")
    var ownerEmail: String?

    @Option(help: "File with the owner's password; without it the owner cannot sign in with one yet.")
    var passwordFile: String?

    func perform(_ session: AdminSession) async throws {
        let request = CreateOrganisationRequest(
            name: organisation, plan: plan, ownerEmail: ownerEmail ?? "owner@\(organisation).example",
            ownerPassword: try password(fromFile: passwordFile))
        guard let made = try await session.change(AuthAdminMethods.createOrganisation, request) else { return }
        let key = try await session.change(
            AuthAdminMethods.createKey, CreateKeyRequest(organisationID: made.organisationID, name: "programs"))
        let adminKey = try await session.change(
            AuthAdminMethods.createKey,
            CreateKeyRequest(organisationID: made.organisationID, name: "administration", scopes: ["admin:*"]))
        guard let key, let adminKey else { return }
        session.show([
            ("organisation", .text("\(made.organisationID)")), ("project", .text("\(made.projectID)")),
            ("owner", .text("\(made.userID)")), ("owner_email", .text(request.ownerEmail)), ("key", .text(key.key)),
            ("admin_key", .text(adminKey.key)),
        ])
    }
}
