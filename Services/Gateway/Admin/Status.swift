// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

/// Shows what one gateway is doing.
struct Status: AdminCommand {
    static let service = PeerName.gateway
    static let configuration = CommandConfiguration(
        abstract: "Show open connections and streams, cached keys, and which services are reached.")

    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let status = try await session.ask(GatewayAdminMethods.getStatus, GetStatusRequest())
        let seconds = (SystemTime().timestamp() - Timestamp(microseconds: status.startedAtUs)).milliseconds / 1_000
        var record: [(String, Cell)] = [
            ("up_seconds", .number(seconds)), ("requests", .number(Int64(clamping: status.requests))),
            ("open_connections", .number(Int64(status.openConnections))),
            ("open_streams", .number(Int64(status.openStreams))), ("cached_keys", .number(Int64(status.cachedKeys))),
        ]
        for reached in status.services {
            record.append(("connections_to_\(reached.service)", .number(Int64(reached.connections))))
        }
        session.show(record)
    }
}
