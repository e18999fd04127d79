// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct GatewayAdmin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway-admin", abstract: "Looks after one gateway.", subcommands: [Status.self, FlushKeys.self])
}
