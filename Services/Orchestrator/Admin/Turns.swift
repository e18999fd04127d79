// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Turns: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows how many turns stand in which state, and how far the outbox is behind.")
    static let service = PeerName.orchestrator

    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(OrchestratorAdminMethods.getTurns, GetTurnsRequest())
        session.show([
            ("running", .number(Int64(clamping: reply.running))),
            ("settled", .number(Int64(clamping: reply.settled))),
            ("released", .number(Int64(clamping: reply.released))),
            ("expired", .number(Int64(clamping: reply.expired))),
            ("outbox_waiting", .number(Int64(clamping: reply.outboxWaiting))),
            ("outbox_lag_ms", .number(Int64(reply.outboxLagMs))),
        ])
    }
}
