// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Drain: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops a worker from taking new work; what runs is finished.")
    static let service = PeerName.modelWorker
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        guard let reply = try await session.change(ModelWorkerAdminMethods.drain, DrainRequest()) else { return }
        session.show([("still running", .number(Int64(reply.stillRunning)))])
    }
}
