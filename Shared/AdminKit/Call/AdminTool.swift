// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
package import Primitives

/// An admin tool: the executable's root command.
package protocol AdminTool: AsyncParsableCommand {
    /// The service it looks after.
    static var service: PeerName { get }
}

extension AdminTool {
    /// The tool's own verbs, and those that every tool has: they speak of the protocol and not of one service.
    package static func verbs(_ own: [any ParsableCommand.Type]) -> [any ParsableCommand.Type] {
        own + [CallCommand<Self>.self, MethodsCommand<Self>.self, WireDumpCommand<Self>.self]
    }
}
