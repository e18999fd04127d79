// SPDX-License-Identifier: Apache-2.0

import Clients
package import Logging
import Messages
import Metrics
import OrchestratorDomain
import OrchestratorScheduling
package import Primitives
import RPC
import Synchronization

/// Has a worker that joins compute the beginnings that its models' prompts share, before it gets its full share of
/// them.
///
/// The worker is asked for one token of each, as batch work: whatever is asked of it in earnest goes first. What its
/// cache then holds it says itself, in its reports. One that several orchestrators warm computes a beginning once and
/// finds it the other times.
package final class PrefixWarmUp: Sendable {
    /// Every beginning is one call of this length at most, and all of them together.
    private static let deadline = Duration.seconds(20)

    private let most: Int
    private let workers: any WorkerDirectory
    private let time: any TimeSource
    private let identifiers: any IdentifierSource
    private let logger: Logger
    private let hot = Mutex(HotPreambles())
    private let warmed = Counter(label: "fleet_warmed_prefixes_total")

    /// - Parameter most: beginnings of each model; 0 turns it off.
    package init(
        most: Int, workers: any WorkerDirectory, time: any TimeSource, identifiers: any IdentifierSource, logger: Logger
    ) {
        self.most = most
        self.workers = workers
        self.time = time
        self.identifiers = identifiers
        self.logger = logger
    }

    /// A prompt is sent to some worker. Costs a short lock, and a copy where its beginning is new.
    func note(_ messages: [PromptEntry], tools: [UInt8]?, model: String, salt: [UInt8], preamble: UInt64) {
        guard most > 0, messages.first?.role == .system else { return }
        let now = time.now()
        hot.withLock { hot in
            hot.note(preamble, at: now) {
                HotPreambles.Entry(
                    model: model, messages: Array(messages.prefix { $0.role == .system }), tools: tools, salt: salt,
                    at: now)
            }
        }
    }

    /// Asks a worker for what its models' prompts share, one after the other, the most worthwhile first. Ends when that
    /// is done, when its time is over, or when the worker says no: it has something better to do.
    func warm(_ worker: WorkerAddress, models: [ServedModel]) async {
        guard most > 0 else { return }
        let now = time.now()
        let deadline = Deadline.after(Self.deadline, from: now)
        var done = 0
        do throws(Failure) {
            for model in models where model.kind == .chat {
                let hottest = hot.withLock { $0.hottest(of: model.name, most: most, at: now) }
                for entry in hottest {
                    try await compute(entry, at: worker, until: deadline)
                    done += 1
                }
            }
        } catch {
            logger.info(
                "a worker's warm-up ended early", metadata: ["worker": "\(worker)", "reason": "\(error.reason)"])
        }
        warmed.increment(by: done)
        if done > 0 {
            logger.info("a worker was warmed", metadata: ["worker": "\(worker)", "prefixes": "\(done)"])
        }
    }

    private func compute(
        _ entry: HotPreambles.Entry, at worker: WorkerAddress, until deadline: Deadline
    ) async throws(Failure) {
        var random = SystemRandomNumberGenerator()
        let context = CallContext(
            deadline: deadline, trace: TraceContext(random: &random, isSampled: false), requestID: "warm-\(worker)")
        // Some templates refuse a conversation that nobody but the system has begun.
        let messages = entry.messages + [PromptMessage(role: "user", content: ".")]
        let request = GenerateRequest(
            turnID: identifiers.make(), epoch: 1, model: entry.model, messages: messages, toolsJSON: entry.tools,
            prefixBlocks: entry.blocks, tenantSalt: entry.salt, workClass: .batch, sampling: Sampling(),
            maxCompletionTokens: 1)
        do {
            try await workers.client(of: worker).generate(request, context) { elements in
                while try await elements.next() != nil {}
            }
        } catch {
            throw Failure.untranslated(error)
        }
    }
}
