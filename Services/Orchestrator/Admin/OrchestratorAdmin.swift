// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser

@main
struct OrchestratorAdmin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orchestrator-admin", abstract: "The fleet and the turns, from the inside.",
        subcommands: [Workers.self, Turns.self, MigrateCommand<ConversationsSchema>.self])
}
