// SPDX-License-Identifier: Apache-2.0

package import Clients
import Cryptography
package import Logging
import OrchestratorDomain
package import OrchestratorScheduling
package import Primitives

/// Gives one worker's own client: the scheduler chooses the worker, so no balancing comes between.
package protocol WorkerDirectory: Sendable {
    /// One of a worker that is gone refuses every call.
    func client(of worker: WorkerAddress) -> ModelWorkerClient
    /// The same for what is large, so that tokens do not stand behind it.
    func bulkClient(of worker: WorkerAddress) -> ModelWorkerClient
    /// Whether a call to it from this loop would go out at once.
    func isReadyHere(_ worker: WorkerAddress) -> Bool
    /// The workers of now, and then every change, as whole lists.
    func changes() -> AsyncStream<[WorkerAddress]>
}

/// The parts behind one reference. By value they are most of a kilobyte, and every frame and every closure of a turn's
/// tasks would keep a copy of them for as long as the turn lasts.
final class SharedParts: Sendable {
    let all: OrchestratorParts

    init(_ all: OrchestratorParts) { self.all = all }
}

/// Everything a turn needs, put together once.
package struct OrchestratorParts: Sendable {
    package var bounds: TurnBounds
    package var turns: any TurnKeeping
    package var keeper: any TurnKeeper
    package var log: any TurnLogging
    package var conversations: any ConversationKeeping
    package var cache: any ConversationCaching
    package var fleet: FleetRegistry
    /// When a second worker is asked for a late first token.
    package var hedging = FirstTokenHedging(FirstTokenHedging.Rules())
    package var workers: any WorkerDirectory
    /// What prompts share, for workers that join.
    package var warmUp: PrefixWarmUp
    package var billing: BillingClient
    package var moderation: ModerationClient
    package var retriever: RetrieverClient
    package var runner: TurnRunner
    package var relay: OutboxRelay
    /// In front of every turn's gate.
    package var opening: OpeningLine
    package var outage: OutagePolicies
    /// Turns that go on although billing did not answer: the overshoot is bounded by their number.
    package var unreserved: Bulkhead
    package var embeddings: Bulkhead
    package var resumed = ResumedStreams()
    /// Names that stand for several models.
    package var routes: RouteBook
    /// Turns that wait for a model to come up.
    package var held: HeldTurns
    /// This process, as the owner of turns. New with every start.
    package var process: UUIDv7
    package var time: any TimeSource
    package var identifiers: any IdentifierSource
    package var logger: Logger

    /// What keeps one tenant's cached prefixes from another's: the first sixteen octets of a digest of its id.
    func salt(of organisation: OrganisationID) -> [UInt8] {
        Array(SHA256.hash(Array("parley prefix salt ".utf8) + organisation.bytes).prefix(16))
    }

    /// Ids whose order is the messages' order, though they are made within one millisecond.
    func orderedItemIDs(_ count: Int) -> [ItemID] {
        (0..<count).map { _ in identifiers.make(ItemID.self) }.sorted()
    }

    /// An id that sorts after another.
    func itemID(after last: ItemID?) -> ItemID {
        let id = identifiers.make(ItemID.self)
        guard let last, id <= last else { return id }
        return ItemID(UUIDv7(high: last.uuid.high, low: last.uuid.low &+ 1))
    }
}
