// SPDX-License-Identifier: Apache-2.0

package import OrchestratorScheduling
package import Primitives
import Synchronization

/// The fleet behind its one lock, and the callers that wait for a worker. Nobody waits while holding the lock.
package final class FleetRegistry: Sendable {
    private typealias Answer = Result<Placement, any Error>
    private enum Waiter {
        /// The caller is on its way to wait; what it will be told may be known already.
        case coming(Answer?)
        case waiting(UnsafeContinuation<Answer, Never>)
    }
    private struct Shared {
        var fleet: FleetState
        var waiters: [WaitingWork.Ticket: Waiter] = [:]
    }

    /// Block changes that are written under one hold of the lock: a worker's first report may name tens of thousands.
    private static let blocksAtOnce = 1_024

    private let shared: Mutex<Shared>
    private let time: any TimeSource
    private let metrics = FleetMetrics()

    package init(_ state: FleetState, time: any TimeSource) {
        shared = Mutex(Shared(fleet: state))
        self.time = time
    }

    // MARK: What workers do

    /// - Returns: whether the reporter's stream can be read on.
    @discardableResult
    package func heard(_ report: WorkerReport, from worker: WorkerAddress) -> FleetState.Heard {
        let now = time.now()
        var (first, rest) = report.split(after: Self.blocksAtOnce)
        let heard = change { $0.heard(first, from: worker, at: now) }
        while let next = rest, heard == .fine {
            (first, rest) = next.split(after: Self.blocksAtOnce)
            change { $0.heardMore(first, from: worker, at: now) }
        }
        return heard
    }

    package func lost(_ worker: WorkerAddress) {
        let now = time.now()
        change { $0.lost(worker, at: now) }
    }

    /// Makes the fleet that of these addresses.
    package func follow(_ addresses: [WorkerAddress]) {
        let now = time.now()
        change { $0.follow(addresses, at: now) }
    }

    // MARK: What turns do

    /// Gives a place at a worker, as soon as one may have the request.
    /// - Parameter patience: how long to wait for a fleet that is coming up, where no worker could take it.
    /// - Throws: `PlacementRefusal`, `CancellationError`.
    package func place(_ request: WorkRequest, patience: Duration) async throws -> Placement {
        let now = time.now()
        let submission: Submission
        do throws(PlacementRefusal) {
            submission = try shared.withLock { shared throws(PlacementRefusal) in
                let submission = try shared.fleet.submit(request, at: now)
                if case .waits(let ticket) = submission { shared.waiters[ticket] = .coming(nil) }
                return submission
            }
        } catch {
            metrics.refused(error, request.serviceClass)
            throw error
        }
        switch submission {
        case .placed(let placement):
            metrics.placed(placement, decision: time.now() - now)
            return placement
        case .waits(let ticket):
            do {
                let placement = try await wait(ticket, patience: patience)
                metrics.placed(placement, decision: nil)
                return placement
            } catch let refusal as PlacementRefusal {
                metrics.refused(refusal, request.serviceClass)
                throw refusal
            }
        }
    }

    /// The same for work that stands in no line: a place, or none.
    package func placeAtOnce(_ request: WorkRequest) throws(PlacementRefusal) -> Placement {
        let now = time.now()
        return try shared.withLock { shared throws(PlacementRefusal) in
            switch try shared.fleet.submit(request, at: now) {
            case .placed(let placement): return placement
            case .waits(let ticket):
                shared.fleet.cancel(ticket)
                throw .noneReady
            }
        }
    }

    /// A place beside another, for a request that is asked twice: at another worker that has one to spare, where that
    /// pays.
    package func placeBeside(
        _ placement: Placement, _ request: WorkRequest, if pays: (CostInSeconds) -> Bool
    ) -> FleetState.Beside {
        let now = time.now()
        var request = request
        request.excluded.insert(placement.worker)
        return shared.withLock { $0.fleet.submitBeside(request, at: now, if: pays) }
    }

    /// The worker has read the prompt and says how long it was; zero when it does not know.
    package func counted(_ placement: Placement, promptTokens: Int, cachedTokens: Int) {
        change { $0.counted(placement, promptTokens: promptTokens, cachedTokens: cachedTokens) }
    }

    /// - Returns: how long it took since the call was sent; nil when it had come before.
    @discardableResult
    package func firstToken(_ placement: Placement) -> Duration? {
        let now = time.now()
        guard let first = change({ $0.firstToken(placement, at: now) }) else { return nil }
        metrics.began(first)
        return .seconds(first.seconds) - placement.waited
    }

    package func finished(_ placement: Placement, _ outcome: WorkOutcome, produced: Int = 0) {
        let now = time.now()
        change { $0.finished(placement, outcome, produced: produced, at: now) }
        metrics.finished(outcome)
    }

    /// The worker holds what these names stand for.
    package func remember(_ names: [UInt64], of placement: Placement) {
        let now = time.now()
        shared.withLock { $0.fleet.remember(names, of: placement, at: now) }
    }

    // MARK: What people ask

    package func explain(_ request: WorkRequest) -> Explanation {
        let now = time.now()
        return shared.withLock { $0.fleet.explain(request, at: now) }
    }

    package func decisions(of turn: UUIDv7) -> [DecisionLog.Entry] {
        shared.withLock { $0.fleet.decisions(of: turn) }
    }

    package var workers: [WorkerRecord] { shared.withLock { $0.fleet.workers } }
    package func worker(_ address: WorkerAddress) -> WorkerRecord? { shared.withLock { $0.fleet.worker(address) } }

    /// How long a request of this class and tenant would wait for one of a model's workers; nil when none is ready.
    package func wait(
        for pool: PoolName, _ serviceClass: ServiceClass, of tenant: UInt64
    ) -> Duration? {
        let now = time.now()
        return shared.withLock { $0.fleet.wait(for: pool, serviceClass, of: tenant, at: now) }
    }

    /// A model's ready workers, how many requests wait here for one of them, and how long its whole line is.
    package func demand(of pool: PoolName) -> (ready: [WorkerRecord], waiting: Int, wait: Duration?) {
        let now = time.now()
        return shared.withLock { shared in
            let wait = shared.fleet.wait(for: pool, at: now)
            return (shared.fleet.readyWorkers(of: pool, at: now), shared.fleet.waiting(for: pool), wait)
        }
    }

    package var models: [ServedModel] { shared.withLock { $0.fleet.models.values.sorted { $0.name < $1.name } } }
    package func model(_ name: String) -> ServedModel? { shared.withLock { $0.fleet.models[name] } }
    package var waiting: Int { shared.withLock { $0.fleet.waiting } }

    /// Whether every worker on the list has spoken, so that what none of them offers does not exist.
    package var isComplete: Bool { shared.withLock { $0.fleet.isComplete } }

    /// Whether any worker can take work at all; the service is not ready without one.
    package var hasReadyWorker: Bool {
        shared.withLock { $0.fleet.workers.contains { $0.report.map { !$0.isDraining } ?? false } }
    }

    /// Writes the gauges. Called now and then, not on the path of requests.
    package func measure() {
        let gauges = shared.withLock { $0.fleet.gauges }
        metrics.measure(gauges)
    }

    // MARK: Waiting

    /// Changes the fleet, and wakes those whom the change has given an answer.
    @discardableResult
    private func change<T>(_ body: (inout FleetState) -> T) -> T {
        var woken: [(UnsafeContinuation<Answer, Never>, Answer)] = []
        let result = shared.withLock { shared in
            let result = body(&shared.fleet)
            for (ticket, answer) in shared.fleet.takeAnswers() {
                Self.tell(answer.mapError { $0 }, ticket, &shared, &woken)
            }
            return result
        }
        for (continuation, answer) in woken { continuation.resume(returning: answer) }
        return result
    }

    private static func tell(
        _ answer: Answer, _ ticket: WaitingWork.Ticket, _ shared: inout Shared,
        _ woken: inout [(UnsafeContinuation<Answer, Never>, Answer)]
    ) {
        switch shared.waiters[ticket] {
        case .waiting(let continuation):
            shared.waiters[ticket] = nil
            woken.append((continuation, answer))
        case .coming(nil): shared.waiters[ticket] = .coming(answer)
        case .coming, nil: break
        }
    }

    /// Stands in line. A second task looks now and then whether waiting still makes sense: only those who wait pay for
    /// a timer.
    private func wait(_ ticket: WaitingWork.Ticket, patience: Duration) async throws -> Placement {
        let answer: Answer = await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await self.answer(to: ticket) }
            group.addTask {
                // Cancelled when the answer is there.
                while (try? await Task.sleep(for: max(.milliseconds(10), patience))) != nil { self.review(ticket) }
                return nil
            }
            var answer: Answer?
            while answer == nil, let next = await group.next() { answer = next }
            group.cancelAll()
            return answer ?? .failure(CancellationError())
        }
        return try answer.get()
    }

    private func answer(to ticket: WaitingWork.Ticket) async -> Answer {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Answer, Never>) in
                let known: Answer? = shared.withLock { shared in
                    guard case .coming(let answer) = shared.waiters[ticket] else {
                        return .failure(CancellationError())
                    }
                    shared.waiters[ticket] = answer == nil ? .waiting(continuation) : nil
                    return answer
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            self.give(.failure(CancellationError()), to: ticket)
        }
    }

    private func review(_ ticket: WaitingWork.Ticket) {
        let now = time.now()
        if let refusal = change({ $0.review(ticket, at: now) }) { give(.failure(refusal), to: ticket) }
    }

    /// Ends one caller's waiting. A place that was on its way to one who left is given back.
    private func give(_ answer: Answer, to ticket: WaitingWork.Ticket) {
        var woken: [(UnsafeContinuation<Answer, Never>, Answer)] = []
        let unused: Placement? = shared.withLock { shared in
            shared.fleet.cancel(ticket)
            if case .coming(.success(let placement)) = shared.waiters[ticket] {
                shared.waiters[ticket] = .coming(answer)
                return placement
            }
            Self.tell(answer, ticket, &shared, &woken)
            return nil
        }
        for (continuation, answer) in woken { continuation.resume(returning: answer) }
        if let unused { finished(unused, .abandoned) }
    }
}

extension WorkerReport {
    /// The report with its first block changes, and one with the rest.
    func split(after count: Int) -> (WorkerReport, WorkerReport?) {
        guard insertedBlocks.count + evictedBlocks.count > count else { return (self, nil) }
        var (first, rest) = (self, self)
        first.evictedBlocks = Array(evictedBlocks.prefix(count))
        first.insertedBlocks = Array(insertedBlocks.prefix(count - first.evictedBlocks.count))
        rest.evictedBlocks = Array(evictedBlocks.dropFirst(first.evictedBlocks.count))
        rest.insertedBlocks = Array(insertedBlocks.dropFirst(first.insertedBlocks.count))
        return (first, rest)
    }
}
