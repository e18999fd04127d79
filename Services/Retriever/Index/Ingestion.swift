// SPDX-License-Identifier: Apache-2.0

import Logging
import Primitives
import RetrieverDomain

/// Takes stored files through their states: stored, chunked, searchable. One file at a time per replica; several
/// replicas share the work by claims.
package struct Ingestion: Sendable {
    let service: RetrieverService
    let logger: Logger

    /// How long a claim lasts: longer than the largest file takes on a busy machine.
    private static let lease = Duration.seconds(300)
    /// Tries before a file is failed for good; between them the wait doubles.
    private static let mostAttempts: Int32 = 6
    private static let firstWait = Duration.seconds(2)
    /// How often a replica looks for files that another one stored.
    private static let poll = Duration.milliseconds(500)
    private static let patience = Duration.seconds(10)

    package func run() async throws {
        while !Task.isCancelled {
            var didWork = false
            do {
                if let claim = try await service.ingestions.claim(for: Self.lease, deadline: deadline()) {
                    didWork = true
                    await work(on: claim)
                }
            } catch {
                logger.warning("ingestion cannot look for files", metadata: ["error": "\(error)"])
            }
            if !didWork { try await Task.sleep(for: Self.poll) }
        }
    }

    private func work(on claim: IngestionStore.Claim) async {
        do {
            try await service.ingest(claim)
            logger.info("a file became searchable", metadata: ["file": "\(claim.file)"])
        } catch {
            let isFinal = claim.attempts >= Self.mostAttempts || error is FileRules.Refusal
            let reason =
                (error as? FileRules.Refusal)?.sentence
                ?? (error as? Failure)?.message ?? "The file could not be read or embedded."
            let wait = Duration.seconds(
                Self.firstWait.milliseconds / 1_000 << Int64(min(max(claim.attempts - 1, 0), 8)))
            logger.warning(
                isFinal ? "a file cannot be ingested" : "a file has to be tried again",
                metadata: ["file": "\(claim.file)", "attempt": "\(claim.attempts)", "error": "\(error)"])
            do {
                try await service.ingestions.giveBack(
                    claim, retryAfter: wait, failure: isFinal ? reason : nil, deadline: deadline())
            } catch {
                // The claim ends by itself; the file is then tried again.
                logger.warning("a claim could not be given back", metadata: ["error": "\(error)"])
            }
        }
    }

    private func deadline() -> Deadline { .after(Self.patience, from: service.time.now()) }
}
