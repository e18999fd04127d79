// SPDX-License-Identifier: Apache-2.0

import AuthService
import Primitives
import ServiceKit

@main
struct AuthMain {
    static func main() async {
        await ServiceProcess.run(.auth, AuthConfiguration.self) { process in
            let service = AuthService(
                database: process.postgres(), redis: process.redis(),
                signingKeys: try SigningKeys(folder: process.configuration.signingKeysFolder), time: process.time,
                identifiers: process.identifiers, logger: process.logger)
            process.serve(service.methods)
        }
    }
}
