// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Llama

/// Needs no worker: it reads one file and writes another.
struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a copy of a GGUF model with other weights' types.",
        discussion: "The 8-bit copy is the one to serve: on a CPU it reads prompts twice as fast as a 4-bit original.")

    @Option(help: "The model to read.")
    var input: String

    @Option(help: "Where to write the copy. An existing file is replaced once the copy is complete.")
    var output: String

    @Option(help: "Type of the weights: q8_0, q4_0 or bf16.")
    var type = LlamaQuantisation.q8

    @Option(help: "Threads to use.")
    var threads = 1

    func validate() throws {
        guard (1...64).contains(threads) else { throw ValidationError("--threads must be between 1 and 64.") }
        guard input != output else { throw ValidationError("--input and --output are the same file.") }
    }

    func run() throws {
        try type.convert(input, to: output, threads: threads)
        print("wrote \(output) (\(type.rawValue))")
    }
}

extension LlamaQuantisation: ExpressibleByArgument {}
