// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain

extension ModelWorkerService {
    /// What the prefix cache did, in all and for the tenants that asked most. A tenant is named by the first half of
    /// its salt: enough to tell them apart, not enough to reach their prefixes.
    func getCacheStatistics(_ request: GetCacheStatisticsRequest) -> CacheStatisticsReply {
        let ledger = engine.board.ledger
        let wanted = request.tenants > 0 ? Int(request.tenants) : CacheLedger.maxTenants
        return CacheStatisticsReply(
            total: CacheCounts(ledger.total, salt: []),
            tenants: ledger.top(wanted).map { CacheCounts($0.counts, salt: Array($0.salt.prefix(8))) })
    }
}

extension CacheCounts {
    fileprivate init(_ counts: CacheLedger.Counts, salt: [UInt8]) {
        self.init(
            saltPrefix: salt, requests: UInt64(clamping: counts.requests), hits: UInt64(clamping: counts.hits),
            promptTokens: UInt64(clamping: counts.promptTokens), cachedTokens: UInt64(clamping: counts.cachedTokens),
            restoredTokens: UInt64(clamping: counts.restoredTokens), evictions: UInt64(clamping: counts.evictions),
            corruptions: UInt64(clamping: counts.corruptions))
    }
}
