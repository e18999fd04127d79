// SPDX-License-Identifier: Apache-2.0

import Clients
import ObjectStore
import Primitives
import RetrieverService
import ServiceKit

@main
struct RetrieverMain {
    static func main() async {
        await ServiceProcess.run(.retriever, RetrieverConfiguration.self) { process in
            let service = RetrieverService(
                database: process.postgres(),
                objects: try FolderObjectStore(root: process.configuration.objectFolder),
                orchestrator: OrchestratorClient(process.client(of: .orchestrator)),
                bulkOrchestrator: OrchestratorClient(process.bulkClient(of: .orchestrator)),
                moderation: ModerationClient(process.client(of: .moderation)), configuration: process.configuration,
                time: process.time, identifiers: process.identifiers, logger: process.logger)
            process.keepRunning("ingestion") { try await service.ingestion.run() }
            process.serve(service.methods)
        }
    }
}
