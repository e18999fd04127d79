// SPDX-License-Identifier: Apache-2.0

import Clients
package import Logging
package import Postgres
package import Primitives
package import RPC
package import Redis

/// Limits, reservations and the ledger: the only writer of money.
///
/// Nothing that is money lives in Redis alone: buckets and counters there are rebuilt from the ledger when lost.
package struct BillingService: Sendable {
    let ledger: LedgerStore
    let limits: LimitStore
    let buckets: BucketStore
    let time: any TimeSource
    let logger: Logger

    package init(database: Database, redis: RedisClient, time: any TimeSource, logger: Logger) {
        ledger = LedgerStore(database: database)
        limits = LimitStore(database: database, time: time)
        buckets = BucketStore(redis: redis)
        self.time = time
        self.logger = logger
    }

    /// Everything this service offers.
    package var methods: MethodTable {
        var table = MethodTable()
        table.unary(BillingMethods.admit, admit)
        table.unary(BillingMethods.reserve, reserve)
        table.unary(BillingMethods.settle, settle)
        table.unary(BillingMethods.release, release)
        table.unary(BillingAdminMethods.getUsage, getUsage)
        table.unary(BillingAdminMethods.listReservations, listReservations)
        table.unary(BillingAdminMethods.listPlans, listPlans)
        table.unary(BillingAdminMethods.setLimits, setLimits)
        return table
    }

    /// The long-lived part: lets reservations lapse that nobody ended.
    package var lapses: ReservationLapses { ReservationLapses(ledger: ledger, time: time, logger: logger) }
}
