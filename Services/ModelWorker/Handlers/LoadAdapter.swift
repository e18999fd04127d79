// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives

extension ModelWorkerService {
    /// Loads an adapter from the worker's folder of adapters. The fleet hears of it with the next report.
    func loadAdapter(_ request: LoadAdapterRequest) async throws -> LoadAdapterReply {
        do {
            let adapter = try await engine.loadAdapter(request.name, file: request.file)
            engine.reportLoad()
            return LoadAdapterReply(
                model: AdapterName.served(adapter.name, of: engine.profile.model),
                bytes: UInt64(clamping: adapter.bytes))
        } catch {
            throw Failure(modelWorker: error)
        }
    }
}
