// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct CacheStatistics: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Shows what the prefix cache saved, in all and for the busiest tenants.")
    static let service = PeerName.modelWorker
    @OptionGroup var admin: AdminOptions

    @Option(help: "How many tenants to show.")
    var tenants: UInt32 = 10

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(
            ModelWorkerAdminMethods.getCacheStatistics, GetCacheStatisticsRequest(tenants: tenants))
        session.show([
            ("requests", .number(Int64(clamping: reply.total.requests))),
            ("hits", .number(Int64(clamping: reply.total.hits))),
            ("prompt tokens", .number(Int64(clamping: reply.total.promptTokens))),
            ("cached tokens", .number(Int64(clamping: reply.total.cachedTokens))),
            ("restored tokens", .number(Int64(clamping: reply.total.restoredTokens))),
            ("evictions", .number(Int64(clamping: reply.total.evictions))),
            ("corruptions", .number(Int64(clamping: reply.total.corruptions))),
            ("tenants", .list(reply.tenants.map(line))),
        ])
    }

    private func line(_ counts: CacheCounts) -> String {
        let name = counts.saltPrefix.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(name): \(counts.requests) requests, \(counts.cachedTokens) of \(counts.promptTokens) tokens cached, "
            + "\(counts.restoredTokens) restored, \(counts.evictions) evictions"
    }
}
