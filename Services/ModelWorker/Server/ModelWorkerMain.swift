// SPDX-License-Identifier: Apache-2.0

import ModelWorkerService
import Primitives
import ServiceKit

@main
struct ModelWorkerMain {
    static func main() async {
        await ServiceProcess.run(.modelWorker, ModelWorkerConfiguration.self) { process in
            let engines = try EngineChoice(process.configuration, time: process.time, log: EngineLog(process.logger))
            let service = ModelWorkerService(
                engine: engines.generation, embedder: engines.embedding, ranker: engines.ranking,
                defaults: process.configuration.defaults, instance: process.identifiers.next().low,
                isStopping: { process.health.isDraining })
            process.keepRunning("generation") { try await engines.generation.run() }
            if let embedding = engines.embedding { process.keepRunning("embedding") { try await embedding.run() } }
            if let ranking = engines.ranking { process.keepRunning("ranking") { try await ranking.run() } }
            process.health.require("engine") { engines.generation.board.calibration.prefillTokensPerSecond > 0 }
            process.serve(service.methods)
        }
    }
}
