// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Primitives

@main
struct BillingAdmin: AdminTool {
    static let service = PeerName.billing
    static let configuration = CommandConfiguration(
        commandName: "billing-admin", abstract: "Looks into usage, reservations and limits.",
        subcommands: verbs([
            UsageCommand.self, ReservationsCommand.self, PlansCommand.self, SetLimitsCommand.self,
            MigrateCommand<BillingSchema>.self,
        ]))
}

enum BillingSchema: MigratedSchema {
    static let service = PeerName.billing
    static let schema = "billing"
    static let folder = "Services/Billing/Migrations"
}
