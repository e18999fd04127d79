// SPDX-License-Identifier: Apache-2.0

import Logging
import Primitives

/// Lets overdue reservations lapse, every few seconds.
///
/// An orchestrator that dies between reserving and writing its turn leaves a reservation nobody knows of. Its lease is
/// what ends it. Several replicas may run this at once: rows another one holds are skipped.
package struct ReservationLapses: Sendable {
    let ledger: LedgerStore
    let time: any TimeSource
    let logger: Logger

    /// Often enough that nothing stays open noticeably past its lease.
    private static let pause = Duration.seconds(5)
    /// One statement's worth; a longer backlog is taken in the next round at once.
    private static let batch: Int32 = 500
    private static let patience = Duration.seconds(5)

    package func run() async throws {
        while !Task.isCancelled {
            var lapsed: Int64 = 0
            do {
                lapsed = try await once()
                if lapsed > 0 { logger.warning("reservations lapsed", metadata: ["count": "\(lapsed)"]) }
            } catch {
                logger.warning("reservations could not be looked through", metadata: ["error": "\(error)"])
            }
            if lapsed < Int64(Self.batch) { try await Task.sleep(for: Self.pause) }
        }
    }

    /// One round; returns how many lapsed.
    package func once() async throws -> Int64 {
        try await ledger.lapseReservations(
            limit: Self.batch, deadline: .after(Self.patience, from: time.now()))
    }
}
