// SPDX-License-Identifier: Apache-2.0

package import Clients
package import Logging
package import ObjectStore
package import Postgres
package import Primitives
package import RPC

/// Files, their passages, and which passages answer a question.
package struct RetrieverService: Sendable {
    let files: FileStore
    let passages: PassageStore
    let ingestions: IngestionStore
    let objects: any ObjectStore
    let indexes: OrganisationIndexes
    let orchestrator: OrchestratorClient
    /// For the batches of ingestion: questions pass them.
    let bulkOrchestrator: OrchestratorClient
    let moderation: ModerationClient
    let configuration: RetrieverConfiguration
    let time: any TimeSource
    let identifiers: any IdentifierSource
    let logger: Logger

    /// - Parameter bulkOrchestrator: nil where one client does for both.
    package init(
        database: Database, objects: any ObjectStore, orchestrator: OrchestratorClient,
        bulkOrchestrator: OrchestratorClient? = nil, moderation: ModerationClient,
        configuration: RetrieverConfiguration, time: any TimeSource, identifiers: any IdentifierSource, logger: Logger
    ) {
        let passages = PassageStore(database: database)
        files = FileStore(database: database)
        self.passages = passages
        ingestions = IngestionStore(database: database)
        self.objects = objects
        let model = configuration.embeddingModel
        indexes = OrganisationIndexes(dimensions: configuration.embeddingDimensions, time: time) {
            organisation, version, deadline in
            try await passages.changes(of: organisation, since: version, model: model, deadline: deadline)
        }
        self.orchestrator = orchestrator
        self.bulkOrchestrator = bulkOrchestrator ?? orchestrator
        self.moderation = moderation
        self.configuration = configuration
        self.time = time
        self.identifiers = identifiers
        self.logger = logger
    }

    /// Everything this service offers.
    package var methods: MethodTable {
        var table = MethodTable()
        table.unary(RetrieverMethods.findPassages, findPassages)
        table.bidirectional(RetrieverMethods.ingestFile, ingestFile)
        table.unary(RetrieverMethods.getFile, getFile)
        table.unary(RetrieverMethods.listFiles, listFiles)
        table.unary(RetrieverMethods.deleteFile, deleteFile)
        table.unary(RetrieverAdminMethods.searchPassages, searchPassages)
        table.unary(RetrieverAdminMethods.getIngestion, getIngestion)
        return table
    }

    /// The long-lived part: takes stored files through their states.
    package var ingestion: Ingestion { Ingestion(service: self, logger: logger) }
}
