// SPDX-License-Identifier: Apache-2.0

import Logging
import Messages
import OrchestratorDomain
import Primitives
import ServiceLifecycle

/// Keeps the leases of this process's turns, and ends turns that others left.
///
/// A turn whose owner died is adopted by whoever sweeps first, one epoch on: the log is closed to the old owner, then
/// what it holds is settled, or the turn is released when it holds nothing. So every turn ends, once, within the lease
/// and one round of sweeping.
package struct TurnSweeper: Service {
    private static let batch: Int32 = 64
    /// Entries of a log read at once.
    private static let page = 1_000

    private let parts: OrchestratorParts
    private let interval: Duration

    package init(_ parts: OrchestratorParts, interval: Duration) {
        self.parts = parts
        self.interval = interval
    }

    package func run() async throws {
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            do {
                try await sweepOnce()
            } catch {
                parts.logger.warning("turns are not swept", metadata: ["error": "\(error)"])
            }
            // Cancelled while asleep: the loop's condition ends it.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
        }
    }

    /// One round. Returns how many turns were ended.
    @discardableResult
    package func sweepOnce() async throws -> Int {
        // First our own: after an outage of Postgres all leases may have run out, and ours are still alive.
        let running = parts.runner.running
        if !running.isEmpty {
            try await parts.keeper.renewLeases(
                of: parts.process, turns: running, lease: parts.bounds.lease, deadline: deadline)
        }
        var ended = 0
        while true {
            let adopted = try await parts.keeper.adoptExpired(
                by: parts.process, lease: parts.bounds.lease, most: Self.batch, deadline: deadline)
            for turn in adopted {
                do {
                    if try await end(turn) { ended += 1 }
                } catch {
                    // Its new lease runs out like the old one did, and somebody tries again.
                    parts.logger.warning(
                        "an adopted turn is not ended", metadata: ["turn": "\(turn.key.turn)", "error": "\(error)"])
                }
            }
            if adopted.count < Int(Self.batch) { return ended }
        }
    }

    private var deadline: Deadline { .after(.seconds(2), from: parts.time.now()) }

    private func end(_ adopted: AdoptedTurn) async throws -> Bool {
        let key = adopted.key
        // From here on the old owner's appends are refused, so the count below is final.
        let answer = try await parts.log.append(
            [.adopted], to: key, keep: parts.bounds.logLifetime, deadline: deadline)
        guard answer != .stale else { return false }
        let records = try await read(key)
        let tally = records.tally
        let ending = TurnEnding(.abandoned, tally: tally)
        var item: NewItem?
        if adopted.isStored, ending.commit == .settle {
            item = NewItem(
                id: parts.identifiers.make(), entry: PromptEntry(.assistant, String(storing: records.text)),
                model: adopted.model, finishReason: ending.finishReason)
        }
        let result = try await parts.turns.end(
            key,
            EndedTurn(
                user: adopted.user, conversation: adopted.conversation, ending: ending, tally: tally, item: item,
                payload: payload(adopted, ending, tally), grace: .zero),
            deadline: deadline)
        guard case .ended = result else { return false }
        parts.logger.notice(
            "an abandoned turn was ended",
            metadata: ["turn": "\(key.turn)", "state": "\(ending.state.rawValue)", "tokens": "\(tally.completion)"])
        await tell(adopted, TurnFinished(ending, tally: tally, item: item?.id))
        return true
    }

    private func read(_ key: TurnKey) async throws -> [TurnLogRecord] {
        var records: [TurnLogRecord] = []
        while true {
            let page = try await parts.log.read(
                key.turn, of: key.organisation, after: records.last?.id ?? "", most: Self.page, deadline: deadline)
            records += page
            if page.count < Self.page { return records }
        }
    }

    private func payload(_ adopted: AdoptedTurn, _ ending: TurnEnding, _ tally: TokenTally) -> [UInt8] {
        switch ending.commit {
        case .settle:
            SettleRequest(
                turnID: adopted.key.turn, organisationID: adopted.key.organisation, projectID: adopted.project,
                userID: adopted.user, model: adopted.model, usage: Usage(tally), outcome: ending.outcome.rawValue,
                epoch: adopted.key.epoch
            ).withEncoded { Array($0) }
        case .release:
            ReleaseRequest(
                turnID: adopted.key.turn, organisationID: adopted.key.organisation, reason: ending.outcome.rawValue,
                epoch: adopted.key.epoch
            ).withEncoded { Array($0) }
        }
    }

    /// Those who resume hear the end; a conversation that was being written is read anew. Neither must succeed.
    private func tell(_ adopted: AdoptedTurn, _ finished: TurnFinished) async {
        do {
            _ = try await parts.log.append(
                [.finished(finished.withEncoded { Array($0) })], to: adopted.key, keep: parts.bounds.logLifetime,
                deadline: deadline)
            if let id = adopted.conversation {
                let owner = ConversationOwner(
                    organisation: adopted.key.organisation, user: adopted.user, project: adopted.project)
                try await parts.cache.drop(id, owner: owner, deadline: deadline)
            }
        } catch {
            parts.logger.warning("caches were not written", metadata: ["error": "\(error)"])
        }
    }
}
