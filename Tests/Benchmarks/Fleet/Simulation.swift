// SPDX-License-Identifier: Apache-2.0

import OrchestratorScheduling
import Primitives

/// A fleet and its requests in simulated time. The scheduler in it is the orchestrator's own, fed as it is fed there.
struct Simulation {
    enum Event {
        case arrival(Int)
        case firstToken(Int, attempt: Int)
        case end(Int, attempt: Int)
        case report(Int)
        case failure(Int)
        case review
    }

    private let policy: Policy
    private var workers: [SimulatedWorker]
    private(set) var requests: [SimulatedRequest]
    private var events = EventLine()
    private var fleet: FleetState
    private let addresses: [WorkerAddress]
    private var placements: [Int: Placement] = [:]
    private var tickets: [UInt64: Int] = [:]
    private var dice: Dice
    private var turn = 0
    private var time = 0.0
    private let end: Double

    init(
        policy: Policy, models: [WorkerModel], requests: [SimulatedRequest], failures: [(Double, Int)] = [],
        rules: SchedulingRules = SchedulingRules(), seed: UInt64
    ) {
        self.policy = policy
        self.requests = requests
        workers = models.map(SimulatedWorker.init)
        addresses = models.indices.map { WorkerAddress(rawValue: "w\($0):1") }
        fleet = FleetState(workers: addresses, rules: rules)
        dice = Dice(seed ^ 77)
        end = (requests.last?.arrival ?? 0) + 30
        for request in requests { events.add(request.arrival, .arrival(request.number)) }
        for (time, worker) in failures { events.add(time, .failure(worker)) }
        if policy == .ours {
            for worker in models.indices { events.add(0.25 * Double(worker) / Double(models.count), .report(worker)) }
            for worker in models.indices { hear(worker) }
            events.add(0.1, .review)
        }
    }

    var servedByWorker: [Int] { workers.map(\.served) }

    mutating func run() {
        while let (at, event) = events.next() {
            if at > end { return }
            time = at
            handle(event)
        }
    }

    private var now: MonotonicInstant { MonotonicInstant(nanoseconds: 1_000_000_000 + UInt64(time * 1e9)) }

    private mutating func handle(_ event: Event) {
        switch event {
        case .arrival(let number): arrive(number)
        case .firstToken(let number, let attempt):
            guard requests[number].attempts == attempt else { return }
            requests[number].firstToken = time
            if let placement = placements[number] { _ = fleet.firstToken(placement, at: now) }
        case .end(let number, let attempt):
            let worker = requests[number].worker
            guard requests[number].attempts == attempt else { return }
            requests[number].end = time
            workers[worker].running -= 1
            startNext(worker)
            if let placement = placements.removeValue(forKey: number) {
                fleet.finished(placement, .served, produced: requests[number].outputTokens, at: now)
                dispatchAnswered()
            }
        case .report(let worker):
            hear(worker)
            dispatchAnswered()
            events.add(time + 0.25, .report(worker))
        case .failure(let worker): fail(worker)
        case .review:
            for (ticket, number) in tickets.sorted(by: { $0.key < $1.key }) {
                if fleet.review(ticket, at: now) != nil {
                    tickets[ticket] = nil
                    requests[number].isRefused = true
                }
            }
            dispatchAnswered()
            if !tickets.isEmpty || time < end - 30 { events.add(time + 1, .review) }
        }
    }

    // MARK: Requests

    private mutating func arrive(_ number: Int) {
        requests[number].attempts += 1
        guard policy == .ours else {
            let worker = policy.choose(requests[number], workers, &dice, &turn)
            return send(number, to: worker)
        }
        let request = requests[number]
        var work = WorkRequest(
            model: "m", kind: .chat, blocks: request.blocks, spread: request.spread,
            promptTokens: request.blocks.count * 64, maxOutputTokens: 256, tenant: request.tenant,
            serviceClass: ServiceClass(rawValue: request.serviceClass) ?? .standard, draw: dice.next())
        work.since = MonotonicInstant(nanoseconds: 1_000_000_000 + UInt64(request.arrival * 1e9))
        do throws(PlacementRefusal) {
            switch try fleet.submit(work, at: now) {
            case .placed(let placement): dispatch(number, placement)
            case .waits(let ticket): tickets[ticket] = number
            }
        } catch {
            requests[number].isRefused = true
        }
    }

    private mutating func dispatchAnswered() {
        for (ticket, answer) in fleet.takeAnswers() {
            guard let number = tickets.removeValue(forKey: ticket) else { continue }
            if case .success(let placement) = answer { dispatch(number, placement) }
        }
    }

    private(set) var rules: [WorkerChoice.Rule: Int] = [:]

    private mutating func dispatch(_ number: Int, _ placement: Placement) {
        rules[placement.rule, default: 0] += 1
        placements[number] = placement
        send(number, to: addresses.firstIndex(of: placement.worker) ?? 0)
    }

    private mutating func send(_ number: Int, to worker: Int) {
        requests[number].worker = worker
        workers[worker].waiting.append(number)
        startNext(worker)
    }

    private mutating func startNext(_ worker: Int) {
        while workers[worker].running < workers[worker].model.places,
            workers[worker].waitingHead < workers[worker].waiting.count
        {
            let number = workers[worker].waiting[workers[worker].waitingHead]
            workers[worker].waitingHead += 1
            requests[number].begun = time
            let times = workers[worker].begin(&requests[number])
            let attempt = requests[number].attempts
            events.add(time + times.firstToken, .firstToken(number, attempt: attempt))
            events.add(time + times.end, .end(number, attempt: attempt))
        }
    }

    // MARK: Workers

    private mutating func hear(_ worker: Int) {
        let model = workers[worker].model
        workers[worker].sequence += 1
        let changes = workers[worker].cache.takeChanges()
        _ = fleet.heard(
            WorkerReport(
                instance: workers[worker].life, sequence: workers[worker].sequence,
                waiting: UInt32(workers[worker].waiting.count - workers[worker].waitingHead),
                running: UInt32(workers[worker].running), maxRunning: UInt32(model.places),
                prefillTokensPerSecond: model.reports ? Float(64 / model.blockSeconds) : 0,
                stepMicroseconds: model.reports ? [Float(model.stepSeconds * 1e6)] : [],
                models: [ServedModel(name: "m", kind: .chat, contextTokens: 32_768)],
                insertedBlocks: model.reports ? changes.inserted : [],
                evictedBlocks: model.reports ? changes.evicted : []),
            from: addresses[worker], at: now)
    }

    /// The worker's process dies and is back at once with an empty cache; what it had is asked again.
    private mutating func fail(_ worker: Int) {
        let lost = requests.indices.filter {
            requests[$0].worker == worker && requests[$0].end < 0 && !requests[$0].isRefused
        }
        workers[worker].fail()
        if policy == .ours {
            fleet.lost(addresses[worker], at: now)
            for number in lost {
                if let placement = placements.removeValue(forKey: number) {
                    fleet.finished(placement, .fault, at: now)
                }
            }
            hear(worker)
            dispatchAnswered()
        }
        for number in lost { arrive(number) }
    }
}

/// Events in the order of their time, and of their making when that is the same: a binary heap.
struct EventLine {
    private var items: [(time: Double, number: Int, event: Simulation.Event)] = []
    private var made = 0

    mutating func add(_ time: Double, _ event: Simulation.Event) {
        made += 1
        items.append((time, made, event))
        var place = items.count - 1
        while place > 0, precedes(place, (place - 1) / 2) {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func next() -> (Double, Simulation.Event)? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        if items.isEmpty { return (first.time, first.event) }
        items[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < items.count && precedes(child, least) {
                least = child
            }
            if least == place { return (first.time, first.event) }
            items.swapAt(place, least)
            place = least
        }
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        items[a].time != items[b].time ? items[a].time < items[b].time : items[a].number < items[b].number
    }
}
