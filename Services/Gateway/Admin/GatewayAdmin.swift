// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Primitives

@main
struct GatewayAdmin: AdminTool {
    static let service = PeerName.gateway
    static let configuration = CommandConfiguration(
        commandName: "gateway-admin", abstract: "Looks after one gateway.",
        subcommands: verbs([Status.self, FlushKeys.self]))
}
