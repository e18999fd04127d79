// SPDX-License-Identifier: Apache-2.0

import Glibc
import Llama

/// Loads a model file, and tries again when that fails: a volume may still be mounting, or a copy still be under way.
enum ModelLoading {
    static let tries = 3

    /// Blocks for as long as that takes. The last failure is thrown, and the process ends with it, named.
    static func load(_ path: String, gpuLayers: Int = 0, _ log: EngineLog) throws(LlamaFailure) -> LlamaModel {
        try attempt(log, pause: { sleep($0) }) { () throws(LlamaFailure) in
            try LlamaModel(file: path, gpuLayers: gpuLayers)
        }
    }

    /// - Parameter pause: waits so many seconds.
    static func attempt<R>(
        _ log: EngineLog, pause: (UInt32) -> Void, _ body: () throws(LlamaFailure) -> R
    ) throws(LlamaFailure) -> R {
        var failed = 0
        while true {
            do {
                return try body()
            } catch {
                failed += 1
                // What is too big now is too big in a second.
                if case .noMemory = error { throw error }
                guard failed < tries else {
                    log.error("a model could not be loaded in \(tries) tries: \(error)")
                    throw error
                }
                log.warning("a model could not be loaded, try \(failed) of \(tries): \(error)")
                pause(UInt32(failed))
            }
        }
    }
}
