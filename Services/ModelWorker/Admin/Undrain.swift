// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct Undrain: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a drained worker take work again.")
    static let service = PeerName.modelWorker
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        _ = try await session.change(ModelWorkerAdminMethods.undrain, UndrainRequest())
    }
}
