// SPDX-License-Identifier: Apache-2.0

import BillingService
import Primitives
import ServiceKit

@main
struct BillingMain {
    static func main() async {
        await ServiceProcess.run(.billing, BillingConfiguration.self) { process in
            let service = BillingService(
                database: process.postgres(), redis: process.redis(), time: process.time, logger: process.logger)
            process.keepRunning("reservation lapses") { try await service.lapses.run() }
            process.serve(service.methods)
        }
    }
}
