// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Primitives

@main
struct RetrieverAdmin: AdminTool {
    static let service = PeerName.retriever
    static let configuration = CommandConfiguration(
        commandName: "retriever-admin", abstract: "Searches files and watches their ingestion.",
        subcommands: verbs([SearchCommand.self, IngestionCommand.self, MigrateCommand<RetrieverSchema>.self]))
}

enum RetrieverSchema: MigratedSchema {
    static let service = PeerName.retriever
    static let schema = "retriever"
    static let folder = "Services/Retriever/Migrations"
}
