// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives

extension ModelWorkerService {
    /// Takes an adapter away from new requests at once, and from memory with the last answer that uses it.
    func unloadAdapter(_ request: UnloadAdapterRequest) throws -> UnloadAdapterReply {
        do {
            guard let adapters = engine.adapters else { throw EngineRefusal.fixedAdapters }
            let running = try adapters.unload(request.name)
            engine.reportLoad()
            return UnloadAdapterReply(stillRunning: UInt32(clamping: running))
        } catch {
            throw Failure(modelWorker: error)
        }
    }
}
