// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain

extension ModelWorkerService {
    /// The adapters that requests may ask for, and those that are leaving.
    func listAdapters() -> ListAdaptersReply {
        let model = engine.profile.model
        guard let adapters = engine.adapters else {
            return ListAdaptersReply(
                adapters: engine.adapterNames.map {
                    AdapterRow(name: $0, model: AdapterName.served($0, of: model))
                })
        }
        return ListAdaptersReply(
            adapters: adapters.all.map { adapter in
                AdapterRow(
                    name: adapter.name, model: AdapterName.served(adapter.name, of: model),
                    bytes: UInt64(clamping: adapter.bytes), running: UInt32(clamping: adapter.running),
                    isLeaving: adapter.isLeaving)
            }, limit: UInt32(clamping: adapters.limit))
    }
}
