// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import ModelWorkerDomain
import NIOCore
import NIOPosix
import Primitives
import Synchronization

/// What this worker has sent to its server and what came of it: our part of every count, and the lessons in speed.
final class UpstreamTraffic: Sendable {
    private struct Run {
        var response: HTTPClientResponse?
        var refusal: EngineRefusal?
        var hasFirstToken = false
    }
    private struct State {
        var runs: [RequestID: Run] = [:]
        var reading = 0
        var load: ServerLoad?
        /// What of ours the server may have counted when it was last asked.
        var mayBeCounted = 0
        /// What it had beyond that: other clients' requests.
        var foreign = 0
        var pace: LearntPace
        var isPublished = true
        /// What watchers were last told.
        var told: EngineLoad?
        var lastPublished = MonotonicInstant(nanoseconds: 0)
    }

    let board = LoadBoard()
    private let state: Mutex<State>
    private let limits: PlannerLimits
    private let cache: ServerCacheWatch?
    private let time: any TimeSource
    /// For reports that are due while no loop is at work.
    private static let anyLoop = MultiThreadedEventLoopGroup.singleton.any()

    init(limits: PlannerLimits, cache: ServerCacheWatch? = nil, pace: LearntPace, time: any TimeSource) {
        state = Mutex(State(pace: pace))
        self.limits = limits
        self.cache = cache
        self.time = time
    }

    // MARK: One request

    func begin(_ id: RequestID) throws(EngineRefusal) {
        let waiting = state.withLock { state -> Int? in
            guard state.runs.count < limits.maxRunning + limits.maxWaiting else { return state.runs.count }
            state.runs[id] = Run()
            state.reading += 1
            state.mayBeCounted += 1
            return nil
        }
        if let waiting { throw .admission(.queueFull(waiting: waiting)) }
        publishSoon()
    }

    /// The server has begun to answer: from here on the request can be ended by number.
    func answered(_ id: RequestID, _ response: HTTPClientResponse) {
        let isRefused = state.withLock { state in
            state.runs[id]?.response = response
            return state.runs[id]?.refusal != nil
        }
        if isRefused { response.abort() }
    }

    /// - Returns: how many other prompts of ours were being read, and how many answers are in the making.
    func firstToken(_ id: RequestID) -> (others: Int, width: Int) {
        let counts = state.withLock { state in
            if state.runs[id]?.hasFirstToken == false {
                state.runs[id]?.hasFirstToken = true
                state.reading -= 1
            }
            return (state.reading, state.runs.count - state.reading)
        }
        publishSoon()
        return counts
    }

    func end(_ id: RequestID) {
        state.withLock { state in
            guard let run = state.runs.removeValue(forKey: id) else { return }
            if !run.hasFirstToken { state.reading -= 1 }
        }
        publishSoon()
    }

    /// Ends a request from outside: its reader gets `refusal`.
    func cancel(_ id: RequestID, _ refusal: EngineRefusal) {
        let response = state.withLock { state in
            state.runs[id]?.refusal = refusal
            return state.runs[id]?.response
        }
        response?.abort()
    }

    /// Why a request was ended from outside, if it was.
    func refusal(of id: RequestID) -> EngineRefusal? { state.withLock { $0.runs[id]?.refusal } }

    // MARK: Speed

    func learn(_ lesson: (inout LearntPace) -> Void) {
        let pace = state.withLock { state in
            lesson(&state.pace)
            return state.pace
        }
        board.setCalibration(Calibration(pace))
    }

    var paceSamples: Int { state.withLock { $0.pace.samples } }

    /// The server has been heard: what is assumed of its speed holds from here on.
    func heardFirst() { learn { _ in } }

    // MARK: Load

    /// The server is about to be asked for its queue: whatever runs now, or begins before it answers, may be in it.
    func asks() { state.withLock { $0.mayBeCounted = $0.runs.count } }

    /// What the server says of its queue; nil when it says nothing.
    func heard(_ load: ServerLoad?) {
        state.withLock { state in
            state.load = load
            let all = (load?.running ?? 0) + (load?.waiting ?? 0)
            state.foreign = max(0, all - state.mayBeCounted)
        }
        publishSoon()
    }

    var cacheTokens: Int { state.withLock { $0.load?.cacheTokens ?? 0 } }

    /// Publishes what has changed now, or as soon as the board's spacing allows.
    func publishSoon() {
        let now = time.now()
        let delay = state.withLock { state -> Duration? in
            guard state.isPublished else { return nil }
            // Each report wakes every orchestrator. The cache's changes are not seen here.
            if cache == nil, state.told == Self.load(state, limits) { return nil }
            state.isPublished = false
            return max(.zero, LoadBoard.spacing - (now - state.lastPublished))
        }
        guard let delay else { return }
        guard delay > .zero else { return publish() }
        // Nearly always the caller's own loop, which also writes the reports: nobody else has to wake.
        let loop = MultiThreadedEventLoopGroup.currentEventLoop ?? Self.anyLoop
        loop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) { self.publish() }
    }

    /// How long there is until a report is due though nothing has changed.
    func untilHeartbeat() -> Duration {
        let now = time.now()
        return state.withLock { LoadBoard.heartbeat - (now - $0.lastPublished) }
    }

    func publish() {
        let now = time.now()
        let load = state.withLock { state in
            state.isPublished = true
            state.lastPublished = now
            let load = Self.load(state, limits)
            state.told = load
            return load
        }
        guard let cache else { return board.publish(load, HeldBlocks.Changes(), CacheLedger()) }
        // Under its lock: of two changes of a block the later one is told later.
        cache.withChanges { board.publish(load, $0, CacheLedger()) }
    }

    /// The server's figures may be half a second old, in which ours have come and gone: what they tell is how much
    /// others sent it. Taken as they are, a worker that was full when it was asked would stay full until the next poll.
    private static func load(_ state: State, _ limits: PlannerLimits) -> EngineLoad {
        let all = state.runs.count + state.foreign
        // A server with a line runs as many as it can.
        let hasLine = (state.load?.waiting ?? 0) > 0
        let places = min(hasLine ? state.load?.running ?? limits.maxRunning : limits.maxRunning, limits.maxRunning)
        var load = EngineLoad()
        load.waiting = max(0, all - places)
        load.running = all - load.waiting
        if let tokens = state.load?.cacheTokens {
            load.freeTokens = Int(Double(tokens) * (1 - min(1, state.load?.cacheUsage ?? 0)))
        }
        return load
    }
}

extension Calibration {
    init(_ pace: LearntPace) {
        self.init(prefillTokensPerSecond: pace.prefillTokensPerSecond, stepByBatch: pace.stepByBatch)
    }
}
