// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Status: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Shows how busy a worker is and what it has loaded.")
    static let service = PeerName.modelWorker
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let load = try await session.ask(ModelWorkerAdminMethods.getLoad, GetLoadRequest())
        session.show([
            ("draining", .flag(load.isDraining)),
            ("running", .number(Int64(load.running))),
            ("running at most", .number(Int64(load.maxRunning))),
            ("waiting", .number(Int64(load.waiting))),
            ("free cache tokens", .number(Int64(clamping: load.freeCacheTokens))),
            ("cache tokens", .number(Int64(clamping: load.totalCacheTokens))),
            ("prefill tokens/s", .number(Int64(load.prefillTokensPerSecond))),
            ("step us by batch", .list(load.stepUsByBatch.map { "\(Int($0))" })),
            ("tokens checked ahead", .number(Int64(clamping: load.draftedTokens))),
            ("of them right", .number(Int64(clamping: load.acceptedDraftTokens))),
            ("of a draft model", .number(Int64(clamping: load.modelDraftedTokens))),
            ("of those right", .number(Int64(clamping: load.acceptedModelDraftTokens))),
            ("draft model", .text(load.draftModel)),
            ("models", .list(load.models.map { "\($0.name) (\($0.kind))" })),
        ])
    }
}
