// SPDX-License-Identifier: Apache-2.0

import Clients
import Cryptography
package import Logging
package import Postgres
package import Primitives
package import RPC
package import Redis

/// Who is asking: the only service that sees a password or makes a key.
///
/// Its methods and who may call them stand in `Proto/auth/v1`; one file per method in `Handlers`.
package struct AuthService: Sendable {
    let accounts: AccountStore
    let keys: KeyStore
    let sessions: SessionCache
    let attempts: AttemptCounter
    let revocations: RevocationBroadcast
    let signingKeys: SigningKeys
    let passwords: PasswordThreads
    let time: any TimeSource
    let identifiers: any IdentifierSource
    let logger: Logger

    package init(
        database: Database, redis: RedisClient, signingKeys: SigningKeys, time: any TimeSource,
        identifiers: any IdentifierSource, logger: Logger
    ) {
        accounts = AccountStore(database: database)
        keys = KeyStore(database: database)
        sessions = SessionCache(redis: redis)
        attempts = AttemptCounter(redis: redis)
        revocations = RevocationBroadcast(redis: redis)
        self.signingKeys = signingKeys
        passwords = PasswordThreads()
        self.time = time
        self.identifiers = identifiers
        self.logger = logger
    }

    /// Everything this service offers.
    package var methods: MethodTable {
        var table = MethodTable()
        table.unary(AuthMethods.verifyKey, verifyKey)
        table.unary(AuthMethods.login, login)
        table.unary(AuthMethods.logout, logout)
        table.unary(AuthMethods.listSigningKeys, listSigningKeys)
        table.unary(AuthMethods.touchSession, touchSession)
        table.unary(AuthAdminMethods.createOrganisation, createOrganisation)
        table.unary(AuthAdminMethods.createKey, createKey)
        table.unary(AuthAdminMethods.revokeKey, revokeKey)
        table.unary(AuthAdminMethods.listKeys, listKeys)
        table.unary(AuthAdminMethods.listOrganisations, listOrganisations)
        table.unary(AuthAdminMethods.createUser, createUser)
        return table
    }
}
