// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Primitives

@main
struct ModelWorkerAdmin: AdminTool {
    static let service = PeerName.modelWorker
    static let configuration = CommandConfiguration(
        commandName: "model-worker-admin", abstract: "Looks after model workers and their models.",
        subcommands: verbs([Status.self, Drain.self, Undrain.self, Quantize.self, CacheStatistics.self, Adapters.self]))
}
