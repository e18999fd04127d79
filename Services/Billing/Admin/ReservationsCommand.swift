// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct ReservationsCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "reservations", abstract: "Open reservations, the one that lapses first at the head.")
    static let service = PeerName.billing
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(BillingAdminMethods.listReservations, ListReservationsRequest())
        var table = Table(["organisation", "turn", "amount_micros", "currency", "created", "lapses"])
        for row in reply.reservations {
            table.add(
                .text("\(row.organisationID)"), .text("\(row.turnID)"), .number(row.amountMicros),
                .text(row.currency), .moment(row.createdAtUs), .moment(row.expiresAtUs))
        }
        session.show(table)
    }
}
