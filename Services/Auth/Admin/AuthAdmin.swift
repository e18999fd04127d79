// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Foundation
import Primitives

@main
struct AuthAdmin: AdminTool {
    static let service = PeerName.auth
    static let configuration = CommandConfiguration(
        commandName: "auth-admin", abstract: "Looks after organisations, people and API keys.",
        subcommands: verbs([
            OrganisationCommand.self, UserCommand.self, KeyCommand.self, Bootstrap.self,
            MigrateCommand<AuthSchema>.self,
        ]))
}

enum AuthSchema: MigratedSchema {
    static let service = PeerName.auth
    static let schema = "auth"
    static let folder = "Services/Auth/Migrations"
}

/// Reads a password from a file, so that it is in no process list and no shell history.
func password(fromFile path: String?) throws -> String? {
    guard let path else { return nil }
    let text: String
    do {
        text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
        throw ValidationError("\(path) cannot be read.")
    }
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
}
