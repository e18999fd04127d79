// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Primitives

@main
struct OrchestratorAdmin: AdminTool {
    static let service = PeerName.orchestrator
    static let configuration = CommandConfiguration(
        commandName: "orchestrator-admin", abstract: "The fleet and the turns, from the inside.",
        subcommands: verbs([
            Workers.self, Explain.self, Turns.self, Routes.self, MigrateCommand<ConversationsSchema>.self,
        ]))
}
