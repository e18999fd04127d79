// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct ModelWorkerAdmin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model-worker-admin", abstract: "Looks after model workers and their models.",
        subcommands: [Status.self, Drain.self, Undrain.self, Quantize.self])
}
