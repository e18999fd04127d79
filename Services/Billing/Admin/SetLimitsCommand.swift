// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct SetLimitsCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-limits",
        abstract: "Gives one organisation limits of its own instead of its plan's.",
        discussion: "All four are set at once; one that is not given means no limit. Holds everywhere within a minute.")
    static let service = PeerName.billing
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation's id.")
    var organisation: OrganisationID

    @Option(help: "Requests a minute.")
    var requestsPerMinute: UInt64 = 0

    @Option(help: "Requests a day.")
    var requestsPerDay: UInt64 = 0

    @Option(help: "Tokens a day.")
    var tokensPerDay: UInt64 = 0

    @Option(help: "Tokens a month.")
    var tokensPerMonth: UInt64 = 0

    func perform(_ session: AdminSession) async throws {
        let request = SetLimitsRequest(
            organisationID: organisation, requestsPerMinute: requestsPerMinute, requestsPerDay: requestsPerDay,
            tokensPerDay: tokensPerDay, tokensPerMonth: tokensPerMonth)
        guard try await session.change(BillingAdminMethods.setLimits, request) != nil else { return }
        session.show([("organisation", .text("\(organisation)")), ("changed", true)])
    }
}
