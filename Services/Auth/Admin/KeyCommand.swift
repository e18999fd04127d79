// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.", subcommands: [KeyCreate.self, KeyRevoke.self, KeyList.self])
}

struct KeyCreate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Creates an API key and shows it, this once.")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    @Option(help: "What the key is for, as lists show it.")
    var name = "unnamed"

    @Option(help: "A scope; may be given several times. Without any, all of the API and no administration.")
    var scope: [String] = []

    @Option(help: "Days until the key expires; without it, never.")
    var expiresInDays: UInt32?

    func perform(_ session: AdminSession) async throws {
        let request = CreateKeyRequest(
            organisationID: organisation, name: name, scopes: scope, expiresInDays: expiresInDays)
        guard let reply = try await session.change(AuthAdminMethods.createKey, request) else { return }
        session.show([
            ("key_id", .text("\(reply.keyID)")), ("key", .text(reply.key)), ("prefix", .text(reply.prefix)),
        ])
        session.report.note("Keep the key now: it is shown this once and stored nowhere.")
    }
}

struct KeyRevoke: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revokes a key on every gateway at once.")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    @Argument(help: "The key's id, from `key list`.")
    var key: APIKeyID

    func perform(_ session: AdminSession) async throws {
        let request = RevokeKeyRequest(organisationID: organisation, keyID: key)
        guard let reply = try await session.change(AuthAdminMethods.revokeKey, request) else { return }
        session.show([("key_id", .text("\(key)")), ("revoked_now", .flag(reply.changed))])
    }
}

struct KeyList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists an organisation's keys, newest first.")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(
            AuthAdminMethods.listKeys, ListKeysRequest(organisationID: organisation))
        var table = Table(["key_id", "prefix", "name", "scopes", "created", "expires", "revoked"])
        for row in reply.keys {
            table.add(
                .text("\(row.keyID)"), .text(row.prefix), .text(row.name), .list(row.scopes),
                .moment(row.createdAtUs), .moment(row.expiresAtUs), .moment(row.revokedAtUs))
        }
        session.show(table)
    }
}
