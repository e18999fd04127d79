// SPDX-License-Identifier: Apache-2.0

package import Logging
import Metrics
package import Primitives
import Synchronization

/// All addresses of one service, as this process knows them.
package final class Endpoints: Sendable {
    private struct State {
        var standings: [ObjectIdentifier: Standing] = [:]
        var random: SpanRandom
        /// Addresses by what is printed of them.
        var printed: [String: Int] = [:]
    }

    private let limits: StandingLimits
    private let time: any TimeSource
    private let logger: Logger
    private let state: Mutex<State>
    /// Addresses that are shut out or spared.
    private let troubled = Atomic<Int>(0)
    private let ejections: [Standing.Cause: Counter]
    private let refused: Counter
    private let byPhase: [(phase: String, gauge: Meter)]

    /// - Parameter seed: for tests, which want the same chance every time.
    package init(
        service: PeerName, limits: StandingLimits = .standard, time: any TimeSource = SystemTime(), logger: Logger,
        seed: UInt64? = nil
    ) {
        self.limits = limits
        self.time = time
        self.logger = logger
        state = Mutex(State(random: seed.map { SpanRandom(seed: $0) } ?? SpanRandom()))
        let name = ("service", service.rawValue)
        ejections = Dictionary(
            uniqueKeysWithValues: Standing.Cause.allCases.map { cause in
                (cause, Counter(label: "parley_rpc_ejections_total", dimensions: [name, ("cause", cause.rawValue)]))
            })
        refused = Counter(label: "parley_rpc_circuit_open_total", dimensions: [name])
        byPhase = Standing.phases.map { phase in
            (phase, Meter(label: "parley_rpc_addresses", dimensions: [name, ("state", phase)]))
        }
    }

    /// Whether every address is good: then nobody needs to ask about one.
    var areGood: Bool { troubled.load(ordering: .relaxed) == 0 }

    package func add(_ name: String) -> Endpoint {
        let endpoint = Endpoint(name, in: self)
        state.withLock { state in
            state.standings[ObjectIdentifier(endpoint)] = Standing(limits: limits)
            tell(&state)
        }
        return endpoint
    }

    /// The address is no longer one of the service's; what its last connections learn is passed over.
    package func remove(_ endpoint: Endpoint) {
        state.withLock { state in
            state.standings[ObjectIdentifier(endpoint)] = nil
            tell(&state)
        }
    }

    // MARK: What is learnt

    func permit(_ endpoint: Endpoint) -> Standing.Permit {
        update(endpoint) { now, standing, _ in standing.permit(at: now) } ?? .use
    }

    func answered(_ endpoint: Endpoint) {
        let count = endpoint.takeUntold()
        let isBack = update(endpoint) { now, standing, _ in
            let wasShutOut = standing.isShutOut
            standing.answered(count, at: now)
            return wasShutOut && !standing.isShutOut
        }
        if isBack == true { logger.notice("address is back", metadata: ["address": "\(endpoint.name)"]) }
    }

    func overloaded(_ endpoint: Endpoint, for wait: Duration) {
        update(endpoint) { now, standing, _ in standing.overloaded(for: wait, at: now) }
    }

    func connected(_ endpoint: Endpoint) {
        update(endpoint) { now, standing, _ in standing.connected(at: now) }
    }

    func couldNotConnect(_ endpoint: Endpoint, nextIn wait: Duration) {
        update(endpoint) { now, standing, _ in standing.couldNotConnect(nextIn: wait, at: now) }
    }

    func fellSilent(_ endpoint: Endpoint) {
        let isOut = update(endpoint) { now, standing, state in standing.fellSilent(at: now, random: &state.random) }
        if isOut == true { tellEjection(endpoint, .unreachable) }
    }

    func faulted(_ endpoint: Endpoint) {
        let good = endpoint.takeUntold()
        let isOut = update(endpoint) { now, standing, state in
            if good > 0 { standing.answered(good, at: now) }
            let others = state.standings.filter { $0.key != ObjectIdentifier(endpoint) }.values
            return standing.faulted(at: now, random: &state.random) { own in
                self.mayShutOut(own, others: Array(others), at: now)
            }
        }
        if isOut == true { tellEjection(endpoint, .faults) }
    }

    /// Half of the addresses stay whatever they answer, and an address that others are no better than.
    private func mayShutOut(_ own: Standing, others: [Standing], at now: MonotonicInstant) -> Bool {
        let shutOut = others.count { $0.isShutOut }
        guard 2 * (shutOut + 1) <= others.count + 1, let share = own.faultShare(at: now) else { return false }
        return others.contains { other in
            !other.isShutOut && (other.faultShare(at: now) ?? 0) < share * limits.commonShare
        }
    }

    // MARK: What follows

    /// Why a call that found no connection should not wait for one: every address is known to be silent.
    /// - Parameter only: this address alone is asked for.
    func refusal(_ only: Endpoint?) -> Failure? {
        guard let until = hopelessUntil(only) else { return nil }
        let now = time.now()
        refused.increment()
        return .circuitOpen(for: until > now ? until - now : .zero)
    }

    /// Until when it makes no sense to wait for a connection; nil while it does.
    func hopelessUntil(_ only: Endpoint?) -> MonotonicInstant? {
        let now = time.now()
        return state.withLock { state -> MonotonicInstant? in
            let asked = only.map { [state.standings[ObjectIdentifier($0)]].compactMap(\.self) }
            var first: MonotonicInstant?
            for standing in asked ?? Array(state.standings.values) {
                guard let until = standing.hopelessUntil(at: now) else { return nil }
                first = min(first ?? until, until)
            }
            return first
        }
    }

    /// How long it is until then, at least a millisecond: whoever is woken for it looks once, not in a circle.
    func remaining(until instant: MonotonicInstant) -> Duration {
        let now = time.now()
        return max(instant > now ? instant - now : .zero, .milliseconds(1))
    }

    /// What a connection without room gets instead of a probe.
    var busy: Standing.Permit { .refuse(until: time.now() + limits.probeInterval) }

    private func tellEjection(_ endpoint: Endpoint, _ cause: Standing.Cause) {
        ejections[cause]?.increment()
        logger.notice(
            "address is shut out", metadata: ["address": "\(endpoint.name)", "cause": "\(cause.rawValue)"])
    }

    @discardableResult
    private func update<R: Sendable>(
        _ endpoint: Endpoint, _ body: (MonotonicInstant, inout Standing, inout State) -> R
    ) -> R? {
        let now = time.now()
        return state.withLock { state -> R? in
            let id = ObjectIdentifier(endpoint)
            guard var standing = state.standings[id] else { return nil }
            let result = body(now, &standing, &state)
            state.standings[id] = standing
            endpoint.mark(standing)
            tell(&state)
            return result
        }
    }

    private func tell(_ state: inout State) {
        troubled.store(state.standings.values.count { $0.isShutOut || $0.isAvoided }, ordering: .relaxed)
        for (phase, gauge) in byPhase {
            let count = state.standings.values.count { $0.phaseName == phase }
            guard state.printed[phase] != count else { continue }
            state.printed[phase] = count
            gauge.set(Int64(count))
        }
    }
}

extension Standing {
    /// What metrics say of an address: a closed set, unlike the addresses themselves.
    static let phases = ["good", "spared", "shut_out", "probed"]

    var phaseName: String {
        switch phase {
        case .closed: isAvoided ? "spared" : "good"
        case .open: "shut_out"
        case .halfOpen: "probed"
        }
    }
}

extension Failure {
    /// The service is known to be silent: an answer now is worth more than one at the deadline.
    static func circuitOpen(for wait: Duration) -> Failure {
        Failure(.unavailable, "The service cannot be reached.", reason: "circuit_open", retry: .after(wait))
    }
}
