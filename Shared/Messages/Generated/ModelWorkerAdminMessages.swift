// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/admin.proto. Do not edit: run `make proto`.

package struct DrainRequest: Equatable, Sendable {
    package init() {}
}

package struct DrainReply: Equatable, Sendable {
    package var stillRunning: UInt32

    package init(stillRunning: UInt32 = 0) {
        self.stillRunning = stillRunning
    }
}

package struct UndrainRequest: Equatable, Sendable {
    package init() {}
}

package struct UndrainReply: Equatable, Sendable {
    package init() {}
}

package struct GetLoadRequest: Equatable, Sendable {
    package init() {}
}

package struct GetCacheStatisticsRequest: Equatable, Sendable {
    /// How many tenants at most; absent means all that are counted, 64.
    package var tenants: UInt32

    package init(tenants: UInt32 = 0) {
        self.tenants = tenants
    }
}

package struct CacheCounts: Equatable, Sendable {
    /// The first half of the tenant's salt; empty for the sum of all.
    package var saltPrefix: [UInt8]
    package var requests: UInt64
    /// Requests that found a part of their prompt.
    package var hits: UInt64
    package var promptTokens: UInt64
    package var cachedTokens: UInt64
    /// Of those the ones that came back from the second tier.
    package var restoredTokens: UInt64
    package var evictions: UInt64
    /// Saved sequences that were damaged when they were wanted.
    package var corruptions: UInt64

    package init(
        saltPrefix: [UInt8] = [], requests: UInt64 = 0, hits: UInt64 = 0, promptTokens: UInt64 = 0,
        cachedTokens: UInt64 = 0, restoredTokens: UInt64 = 0, evictions: UInt64 = 0, corruptions: UInt64 = 0
    ) {
        self.saltPrefix = saltPrefix
        self.requests = requests
        self.hits = hits
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.restoredTokens = restoredTokens
        self.evictions = evictions
        self.corruptions = corruptions
    }
}

package struct CacheStatisticsReply: Equatable, Sendable {
    package var total: CacheCounts
    /// Those that asked most, first.
    package var tenants: [CacheCounts]

    package init(total: CacheCounts, tenants: [CacheCounts] = []) {
        self.total = total
        self.tenants = tenants
    }
}

package struct ListAdaptersRequest: Equatable, Sendable {
    package init() {}
}

package struct AdapterRow: Equatable, Sendable {
    package var name: String
    /// What clients ask for.
    package var model: String
    /// Size of its file; 0 where nothing is loaded here.
    package var bytes: UInt64
    /// Answers that are being generated with it.
    package var running: UInt32
    /// It was unloaded, and goes when they end.
    package var isLeaving: Bool

    package init(
        name: String = "", model: String = "", bytes: UInt64 = 0, running: UInt32 = 0, isLeaving: Bool = false
    ) {
        self.name = name
        self.model = model
        self.bytes = bytes
        self.running = running
        self.isLeaving = isLeaving
    }
}

package struct ListAdaptersReply: Equatable, Sendable {
    package var adapters: [AdapterRow]
    /// How many there may be.
    package var limit: UInt32

    package init(adapters: [AdapterRow] = [], limit: UInt32 = 0) {
        self.adapters = adapters
        self.limit = limit
    }
}

package struct LoadAdapterRequest: Equatable, Sendable {
    /// Letters, digits, dots, hyphens and underlines, at most 64.
    package var name: String
    /// Relative to the worker's folder of adapters.
    package var file: String

    package init(name: String = "", file: String = "") {
        self.name = name
        self.file = file
    }
}

package struct LoadAdapterReply: Equatable, Sendable {
    package var model: String
    package var bytes: UInt64

    package init(model: String = "", bytes: UInt64 = 0) {
        self.model = model
        self.bytes = bytes
    }
}

package struct UnloadAdapterRequest: Equatable, Sendable {
    package var name: String

    package init(name: String = "") {
        self.name = name
    }
}

package struct UnloadAdapterReply: Equatable, Sendable {
    /// Answers that still use it.
    package var stillRunning: UInt32

    package init(stillRunning: UInt32 = 0) {
        self.stillRunning = stillRunning
    }
}
