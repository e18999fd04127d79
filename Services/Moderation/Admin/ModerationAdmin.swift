// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Primitives

@main
struct ModerationAdmin: AdminTool {
    static let service = PeerName.moderation
    static let configuration = CommandConfiguration(
        commandName: "moderation-admin", abstract: "Judges texts and keeps blocklists.",
        subcommands: verbs([
            JudgeCommand.self, BlockCommand.self, PhrasesCommand.self, MigrateCommand<ModerationSchema>.self,
        ]))
}

enum ModerationSchema: MigratedSchema {
    static let service = PeerName.moderation
    static let schema = "moderation"
    static let folder = "Services/Moderation/Migrations"
}
