// SPDX-License-Identifier: Apache-2.0

package import Clients
package import Logging
import Messages
import OrchestratorDomain
package import Primitives
import RPC
import ServiceLifecycle
import Synchronization

/// Tells billing of every turn's end, at least once.
///
/// The owner of a turn tries at once, because the client is told what was charged. Whatever that does not deliver, or
/// whatever was left by a process that died, is found in the outbox and tried again with growing pauses. Billing
/// charges a turn once however often it hears of it.
package final class OutboxRelay: Service {
    private static let batch: Int32 = 64
    private static let pruneBatch: Int32 = 10_000

    private let keeper: any TurnKeeper
    private let billing: BillingClient
    private let interval: Duration
    private let settleWait: Duration
    private let time: any TimeSource
    private let identifiers: any IdentifierSource
    private let logger: Logger
    /// Delivered, and not yet marked so. Losing it costs one more delivery.
    private let delivered = Mutex<[(id: Int64, chargedMicros: Int64)]>([])

    package init(
        keeper: any TurnKeeper, billing: BillingClient, interval: Duration = .milliseconds(250), settleWait: Duration,
        time: any TimeSource, identifiers: any IdentifierSource, logger: Logger
    ) {
        self.keeper = keeper
        self.billing = billing
        self.interval = interval
        self.settleWait = settleWait
        self.time = time
        self.identifiers = identifiers
        self.logger = logger
    }

    /// The owner's own attempt; nil when billing did not answer in time, and then the relay goes on.
    func settleNow(_ row: Int64, _ request: SettleRequest, _ context: CallContext) async -> SettleReply? {
        do {
            let reply = try await billing.settle(request, ownAttempt(context))
            note(row, charged: reply.chargedMicros)
            return reply
        } catch {
            logger.warning(
                "a settlement is left to the relay", metadata: ["turn": "\(request.turnID)", "error": "\(error)"])
            return nil
        }
    }

    func releaseNow(_ row: Int64, _ request: ReleaseRequest, _ context: CallContext) async {
        do {
            _ = try await billing.release(request, ownAttempt(context))
            note(row, charged: 0)
        } catch {
            logger.warning(
                "a release is left to the relay", metadata: ["turn": "\(request.turnID)", "error": "\(error)"])
        }
    }

    /// The turn's own deadline may have passed; its settlement has one of its own.
    private func ownAttempt(_ context: CallContext) -> CallContext {
        var context = context
        context.deadline = .after(settleWait, from: time.now())
        return context
    }

    private func note(_ row: Int64, charged: Int64) {
        delivered.withLock { $0.append((row, charged)) }
    }

    package func run() async throws {
        var rounds = 0
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            do {
                try await relayOnce()
                rounds += 1
                // About every quarter of an hour.
                if rounds % 3_600 == 0 {
                    _ = try await keeper.pruneOutbox(most: Self.pruneBatch, deadline: deadline(.seconds(10)))
                }
            } catch {
                logger.warning("the outbox is not relayed", metadata: ["error": "\(error)"])
            }
            // Cancelled while asleep: the loop's condition ends it.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: self.interval) }
        }
        // What the last turns delivered; without it the next process delivers it once more.
        try? await markDelivered()
    }

    /// One round: marks what was delivered, then delivers what is due, until nothing is.
    package func relayOnce() async throws {
        try await markDelivered()
        while true {
            let due = try await keeper.takeDueOutbox(most: Self.batch, deadline: deadline(.seconds(2)))
            for row in due { await deliver(row) }
            try await markDelivered()
            if due.count < Int(Self.batch) { return }
        }
    }

    private func markDelivered() async throws {
        let rows = delivered.withLock { delivered in
            defer { delivered = [] }
            return delivered
        }
        guard !rows.isEmpty else { return }
        do {
            try await keeper.markSent(rows, deadline: deadline(.seconds(2)))
        } catch {
            delivered.withLock { $0 += rows }
            throw error
        }
    }

    private func deliver(_ row: OutboxRow) async {
        do {
            switch row.commit {
            case .settle:
                let request = try row.payload.withUnsafeBytes { bytes in try SettleRequest(decoding: bytes) }
                note(row.id, charged: try await billing.settle(request, context()).chargedMicros)
            case .release:
                let request = try row.payload.withUnsafeBytes { bytes in try ReleaseRequest(decoding: bytes) }
                _ = try await billing.release(request, context())
                note(row.id, charged: 0)
            }
        } catch let failure as Failure where failure.code == .failedPrecondition {
            // Billing ended the turn in the other way, and it ends once. Trying again changes nothing; somebody must
            // look, hence an error and no silence.
            logger.error(
                "billing ended a turn otherwise",
                metadata: ["turn": "\(row.turn)", "kind": "\(row.commit)", "failure": "\(failure)"])
            note(row.id, charged: 0)
        } catch {
            logger.warning(
                "a settlement is not delivered",
                metadata: ["turn": "\(row.turn)", "attempts": "\(row.attempts)", "error": "\(error)"])
        }
    }

    private func context() -> CallContext {
        var random = SystemRandomNumberGenerator()
        return CallContext(
            deadline: deadline(.seconds(2)), trace: TraceContext(random: &random, isSampled: false),
            requestID: "relay-\(identifiers.next())")
    }

    private func deadline(_ duration: Duration) -> Deadline { .after(duration, from: time.now()) }
}
