// SPDX-License-Identifier: Apache-2.0

package import ModerationDomain
package import Postgres
package import Primitives
import Synchronization

/// Policies and blocked phrases in schema `moderation`, compiled and kept for a few seconds.
///
/// While Postgres is away the last compiled policy goes on; an organisation never seen gets the standard one, which
/// judges more than it lets pass.
package final class PolicyStore: Sendable {
    private let database: Database
    private let time: any TimeSource
    private let known = Mutex<[OrganisationID: Entry]>([:])

    /// The longest a changed policy takes to hold on every replica.
    package static let lifetime = Duration.seconds(5)
    /// Compiled policies held at once; the whole set is dropped beyond it, as which are hot is not known here.
    private static let mostEntries = 10_000

    private struct Entry {
        var policy: ModerationPolicy
        var readAt: MonotonicInstant
    }

    package init(database: Database, time: any TimeSource) {
        self.database = database
        self.time = time
    }

    package func policy(of organisation: OrganisationID, deadline: Deadline) async -> ModerationPolicy {
        let now = time.now()
        let cached = known.withLock { $0[organisation] }
        if let cached, now - cached.readAt < Self.lifetime { return cached.policy }
        do {
            let fresh = try await read(organisation, deadline: deadline)
            known.withLock { entries in
                if entries.count >= Self.mostEntries { entries.removeAll(keepingCapacity: true) }
                entries[organisation] = Entry(policy: fresh, readAt: now)
            }
            return fresh
        } catch {
            return cached?.policy ?? .standard
        }
    }

    private func read(_ organisation: OrganisationID, deadline: Deadline) async throws -> ModerationPolicy {
        let policies = try await database.query(
            """
            SELECT version, risk_class, redacts_cards, redacts_emails, blocks_injection
            FROM moderation.policies WHERE organisation_id = \(organisation)
            """, tenant: organisation, deadline: deadline)
        let phrases = try await self.phrases(of: organisation, deadline: deadline)
        var policy = ModerationPolicy.standard
        if let row = policies.first {
            policy.version = try row.get(0, as: Int32.self)
            policy.riskClass = ModerationPolicy.RiskClass(rawValue: try row.get(1, as: String.self)) ?? .high
            policy.redactsCards = try row.get(2, as: Bool.self)
            policy.redactsEmails = try row.get(3, as: Bool.self)
            policy.blocksInjection = try row.get(4, as: Bool.self)
        }
        policy.phrases = PhraseTrie(phrases)
        return policy
    }

    package func phrases(of organisation: OrganisationID, deadline: Deadline) async throws -> [PhraseTrie.Phrase] {
        let limit = Int64(PhraseTrie.mostPhrases)
        let rows = try await database.query(
            """
            SELECT phrase, redacts FROM moderation.blocked_phrases WHERE organisation_id = \(organisation)
            ORDER BY phrase LIMIT \(limit)
            """, tenant: organisation, deadline: deadline)
        return try rows.map {
            PhraseTrie.Phrase(text: try $0.get(0, as: String.self), redacts: try $0.get(1, as: Bool.self))
        }
    }

    /// Adds a phrase or changes what it does; returns the policy's new version.
    package func block(
        _ phrase: PhraseTrie.Phrase, for organisation: OrganisationID, deadline: Deadline
    ) async throws -> Int32 {
        let version = try await database.transaction(tenant: organisation, deadline: deadline) { transaction in
            let rows = try await transaction.pipeline([
                """
                INSERT INTO moderation.blocked_phrases (organisation_id, phrase, redacts)
                VALUES (\(organisation), \(phrase.text), \(phrase.redacts))
                ON CONFLICT (organisation_id, phrase) DO UPDATE SET redacts = excluded.redacts
                """,
                """
                INSERT INTO moderation.policies (organisation_id) VALUES (\(organisation))
                ON CONFLICT (organisation_id)
                DO UPDATE SET version = moderation.policies.version + 1, updated_at = now()
                RETURNING version
                """,
            ])
            return try rows[1].first?.get(0, as: Int32.self) ?? 0
        }
        known.withLock { $0[organisation] = nil }
        return version
    }
}
