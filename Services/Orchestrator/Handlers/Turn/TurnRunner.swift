// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Loops
package import Messages
import OrchestratorDomain
package import Primitives
import ServiceLifecycle
import Synchronization

/// Runs the turns of this process, in one task group that outlives the calls that started them.
///
/// A call only follows its turn. So a client that goes away cannot take the settlement with it: its leaving asks the
/// turn to end, and the turn's own task still writes down what was said and what it costs.
package final class TurnRunner: Service {
    /// A turn's id is unique in its organisation only.
    private struct Name: Hashable {
        var organisation: OrganisationID
        var turn: TurnID
    }

    private struct Job: Sendable {
        var executor: LoopExecutor
        var work: @Sendable () async -> Void
    }

    /// Appends to the log at once. An engine's step gives all of its turns a token in one moment; with a task for each
    /// of them the process would grow by the tasks of a whole crowd.
    private static let appendsAtOnce = 64

    private let live = Mutex<[Name: LiveTurn]>([:])
    private let appenders = Atomic<Int>(0)
    private let jobs: AsyncStream<Job>
    private let submit: AsyncStream<Job>.Continuation
    /// Wakes the ticker when the first turn begins; it sleeps while there is none.
    private let starts: AsyncStream<Void>
    private let noteStart: AsyncStream<Void>.Continuation
    /// One for each loop of the process. A turn runs where the call that started it runs.
    private let executors: [LoopExecutor]
    private var executor: LoopExecutor { executors[0] }
    private let log: any TurnLogging
    private let outage: OutagePolicies
    private let bounds: TurnBounds
    private let time: any TimeSource
    private let logger: Logger

    package init(
        log: any TurnLogging, outage: OutagePolicies, bounds: TurnBounds, executors: [LoopExecutor],
        time: any TimeSource, logger: Logger
    ) {
        // The number of live turns bounds this queue: a turn is counted before it is submitted.
        (jobs, submit) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)
        (starts, noteStart) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.log = log
        self.outage = outage
        self.bounds = bounds
        precondition(!executors.isEmpty, "turns need a loop to run on")
        self.executors = executors
        self.time = time
        self.logger = logger
    }

    /// Runs until the process drains; then takes no new turn and waits for those that run.
    package func run() async throws {
        await withTaskExecutorPreference(executor) {
            await withGracefulShutdownHandler {
                await withDiscardingTaskGroup { group in
                    group.addTask { await self.tick() }
                    for await job in jobs {
                        group.addTask(executorPreference: job.executor) { await job.work() }
                    }
                    noteStart.finish()
                }
            } onGracefulShutdown: {
                self.submit.finish()
            }
        }
    }

    /// Starts a turn, or finds the one with this id that runs here.
    /// - Parameter work: makes what is to be done for a turn that is new.
    /// - Throws: `resource_exhausted` when this process runs as many turns as it may, `unavailable` when it drains.
    package func begin(
        _ key: TurnKey, principal: Principal, started: TurnStarted,
        work: (LiveTurn) -> @Sendable () async -> Void
    ) throws(Failure) -> LiveTurn {
        let name = Name(organisation: key.organisation, turn: key.turn)
        let (turn, isNew) = try live.withLock { live throws(Failure) in
            if let running = live[name] { return (running, false) }
            guard live.count < bounds.maxRunning else { throw .tooManyTurns }
            let made = LiveTurn(
                key: key, principal: principal, started: started,
                window: OutputWindow(
                    isJudged: bounds.isOutputJudged, maxBytes: bounds.holdBytes, maxHold: bounds.hold),
                maxLead: bounds.leadBytes)
            live[name] = made
            return (made, true)
        }
        guard isNew else { return turn }
        let here = executors.first { $0.isCurrent } ?? executor
        let work = work(turn)
        let job = Job(executor: here) {
            await work()
            self.live.withLock { live in
                live[name] = nil
            }
        }
        guard case .enqueued = submit.yield(job) else {
            live.withLock { live in
                live[name] = nil
            }
            throw .draining
        }
        noteStart.yield()
        return turn
    }

    package func find(_ turn: TurnID, of organisation: OrganisationID) -> LiveTurn? {
        live.withLock { $0[Name(organisation: organisation, turn: turn)] }
    }

    package var count: Int { live.withLock { $0.count } }
    /// The turns whose leases this process renews.
    package var running: [TurnID] { live.withLock { $0.values.map(\.key.turn) } }

    // MARK: The ticker

    /// Every twenty milliseconds, while turns run: appends to the log what was said since, and looks for text that
    /// moderation has kept for too long. One timer for all turns costs nothing per token.
    private func tick() async {
        await withDiscardingTaskGroup { group in
            for await _ in starts {
                while count > 0 {
                    // Cancelled only when the process is torn down; then nobody waits for the log.
                    guard (try? await executor.sleep(for: bounds.logInterval)) != nil else { return }
                    tickOnce(&group)
                }
            }
        }
    }

    private func tickOnce(_ group: inout DiscardingTaskGroup) {
        let now = time.now()
        let turns = live.withLock { Array($0.values) }
        for turn in turns {
            if turn.isOverdue(at: now) {
                logger.warning("moderation kept an answer for too long", metadata: ["turn": "\(turn.key.turn)"])
                turn.moderationLost(outage.mode(for: turn.key.organisation))
            }
            if turn.isLonely(for: bounds.linger, at: now) { group.addTask { await self.endUnlessAttended(turn) } }
        }
        // Turns that nobody gets to in time are found by the next tick.
        let line = AppendLine(turns, idle: bounds.logIdle)
        while appenders.load(ordering: .relaxed) < Self.appendsAtOnce, let first = line.next(at: now) {
            appenders.add(1, ordering: .relaxed)
            group.addTask { await self.append(from: first, of: line) }
        }
    }

    private func append(from first: AppendLine.Due, of line: AppendLine) async {
        var due = first
        while true {
            await append(due.batch, to: due.turn)
            guard let next = line.next(at: time.now()) else { break }
            due = next
        }
        appenders.subtract(1, ordering: .relaxed)
    }

    /// Nobody follows here; somebody may through the log. Without Redis nobody can.
    private func endUnlessAttended(_ turn: LiveTurn) async {
        let isAttended = try? await log.isAttended(
            turn.key.turn, of: turn.key.organisation, deadline: .after(bounds.logDeadline, from: time.now()))
        if isAttended != true { turn.endAlone() }
    }

    private func append(_ batch: [TurnLogEntry], to turn: LiveTurn) async {
        do {
            let answer = try await log.append(
                batch, to: turn.key, keep: bounds.logLifetime,
                deadline: .after(bounds.logDeadline, from: time.now()))
            turn.logAppended(answer)
        } catch {
            logger.warning(
                "the turn log is not written", metadata: ["turn": "\(turn.key.turn)", "error": "\(error)"])
            turn.logAppended(nil)
        }
    }

    /// Appends whatever is left. After this the log holds all that will be billed, unless Redis is away.
    func closeLog(of turn: LiveTurn) async {
        while true {
            await turn.wait(until: .logIdle)
            if let batch = turn.takeLogBatch(at: time.now()) {
                await append(batch, to: turn)
            } else if turn.holdsNow(.logIdle) {
                return
            }
        }
    }
}
