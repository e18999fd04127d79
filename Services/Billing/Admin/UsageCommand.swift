// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct UsageCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Usage and charges of one organisation by day and model.")
    static let service = PeerName.billing
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    @Option(help: "How many days back to look, today included.")
    var days: Int64 = 30

    func validate() throws {
        guard (1...3_660).contains(days) else { throw ValidationError("--days is from 1 to 3660.") }
    }

    func perform(_ session: AdminSession) async throws {
        let today = SystemTime().timestamp().seconds / 86_400
        let reply = try await session.ask(
            BillingAdminMethods.getUsage,
            GetUsageRequest(organisationID: organisation, fromUs: (today - days + 1) * 86_400_000_000))
        var table = Table(["day", "model", "requests", "prompt", "cached", "completion", "charged_micros", "currency"])
        for row in reply.rows {
            table.add(
                .text(row.day), .text(row.model), .number(Int64(clamping: row.requests)),
                .number(Int64(clamping: row.promptTokens)), .number(Int64(clamping: row.cachedTokens)),
                .number(Int64(clamping: row.completionTokens)), .number(row.chargedMicros), .text(row.currency))
        }
        session.show(table)
    }
}
