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
