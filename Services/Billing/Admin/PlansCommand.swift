// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct PlansCommand: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "plans", abstract: "The plans with their limits.")
    static let service = PeerName.billing
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(BillingAdminMethods.listPlans, ListPlansRequest())
        let limit = { (value: UInt64) in value == 0 ? Cell.none : Cell.number(Int64(clamping: value)) }
        var table = Table(["plan", "requests_per_minute", "requests_per_day", "tokens_per_day", "tokens_per_month"])
        for row in reply.plans {
            table.add(
                .text(row.plan), limit(row.requestsPerMinute), limit(row.requestsPerDay), limit(row.tokensPerDay),
                limit(row.tokensPerMonth))
        }
        session.show(table)
    }
}
