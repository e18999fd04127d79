// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Synchronization
import Telemetry

/// What a process says about its health on `/livez` and `/readyz`.
///
/// A dependency keeps the process unready until it was reached once. Its later loss is shown, but does not make the
/// process unready: every replica would lose it in the same moment, and taking all of them out of service would
/// turn a degraded mode (cached keys, local limits) into an outage.
package final class HealthBoard: Sendable {
    /// How long a process that has just started waits for other services before it calls itself ready without them:
    /// two services that wait for each other must both get going.
    package static let patienceForPeers: Duration = .seconds(10)

    private enum Demand { case required, expected }
    private struct Check: Sendable {
        var name: String
        var demand: Demand
        var isReached = false
        var probe: @Sendable () -> Bool
    }
    private struct State {
        var checks: [Check] = []
        var isDraining = false
    }
    private let state = Mutex(State())
    private let time: any TimeSource
    private let started: MonotonicInstant

    package init(time: any TimeSource) {
        self.time = time
        started = time.now()
    }

    /// The process is not ready before this was true once. `probe` is asked often and must not block.
    package func require(_ name: String, _ probe: @escaping @Sendable () -> Bool) {
        state.withLock { $0.checks.append(Check(name: name, demand: .required, probe: probe)) }
    }

    /// The process waits a while for this to be true once.
    package func expect(_ name: String, _ probe: @escaping @Sendable () -> Bool) {
        state.withLock { $0.checks.append(Check(name: name, demand: .expected, probe: probe)) }
    }

    /// From here on the process is not ready: it was asked to stop.
    func drain() { state.withLock { $0.isDraining = true } }

    /// Whether the process was asked to stop. Streams without an end of their own end then.
    package var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Whether the process takes work, and the JSON that says so check by check.
    package func readiness() -> (isReady: Bool, json: [UInt8]) {
        let checks = state.withLock { $0.checks }
        let results = checks.map { $0.probe() }
        let isPatienceOver = time.now() - started > Self.patienceForPeers
        return state.withLock { state in
            for (index, isGood) in results.enumerated() where isGood { state.checks[index].isReached = true }
            let isWaiting = state.checks.prefix(results.count).contains { check in
                !check.isReached && (check.demand == .required || !isPatienceOver)
            }
            let isReady = !isWaiting && !state.isDraining
            var text = JSONText()
            text.openObject()
            text.field("status", state.isDraining ? "draining" : isReady ? "ready" : "starting")
            text.name("checks")
            text.openObject()
            for (check, isGood) in zip(state.checks, results) {
                text.field(check.name, isGood ? "ok" : check.isReached ? "lost" : "not reached yet")
            }
            text.closeObject()
            text.closeObject()
            return (isReady, text.bytes)
        }
    }
}
