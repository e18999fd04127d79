// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

/// Makes one gateway ask auth again about every key.
struct FlushKeys: AdminCommand {
    static let service = PeerName.gateway
    static let configuration = CommandConfiguration(
        commandName: "flush-keys", abstract: "Forget every cached key and signing key; the next requests ask auth.")

    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        guard let reply = try await session.change(GatewayAdminMethods.flushKeys, FlushKeysRequest()) else { return }
        session.show([("forgotten", .number(Int64(reply.forgotten)))])
    }
}
