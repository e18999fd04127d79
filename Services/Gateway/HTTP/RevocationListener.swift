// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Redis
import ServiceLifecycle

/// Hears of revoked keys and makes the gateway forget them at once.
///
/// After every lapse of the subscription all keys are forgotten: what was revoked meanwhile is not known.
struct RevocationListener: Service {
    let redis: RedisClient
    let principals: Principals

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await event in redis.subscribe(to: Principals.revocations) {
                switch event {
                case .resubscribed: principals.forgetAll()
                case .message(let hash): principals.forget(CredentialHash(hash))
                }
            }
        }
    }
}
