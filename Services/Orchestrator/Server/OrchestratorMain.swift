// SPDX-License-Identifier: Apache-2.0

import OrchestratorService
import Primitives
import ServiceKit

@main
struct OrchestratorMain {
    static func main() async {
        await ServiceProcess.run(.orchestrator, OrchestratorConfiguration.self) { process in
            OrchestratorService.start(in: process)
        }
    }
}
