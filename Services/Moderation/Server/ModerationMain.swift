// SPDX-License-Identifier: Apache-2.0

import ModerationService
import Primitives
import ServiceKit

@main
struct ModerationMain {
    static func main() async {
        await ServiceProcess.run(.moderation, ModerationConfiguration.self) { process in
            let service = ModerationService(
                database: process.postgres(), time: process.time, identifiers: process.identifiers,
                logger: process.logger)
            process.keepRunning("verdict log") { try await service.verdictLog.run() }
            process.serve(service.methods)
        }
    }
}
