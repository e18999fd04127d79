// SPDX-License-Identifier: Apache-2.0

import GatewayService
import Primitives
import ServiceKit

@main
struct GatewayMain {
    static func main() async {
        await ServiceProcess.run(.gateway, GatewayConfiguration.self) { process in
            try await GatewayService.assemble(process)
        }
    }
}
