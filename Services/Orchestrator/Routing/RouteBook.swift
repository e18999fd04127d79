// SPDX-License-Identifier: Apache-2.0

package import Logging
import Metrics
package import OrchestratorDomain
package import Primitives
import ServiceLifecycle
import Synchronization

/// The routes that this process follows: the last that could be read. A turn looks its model's name up in memory.
package final class RouteBook: Service {
    private let routes = Mutex<[String: ModelRoute]>([:])
    private let store: any RouteKeeping
    private let interval: Duration
    private let time: any TimeSource
    private let logger: Logger
    private let counters: [RouteDecision.Reason: Counter]

    /// - Parameter interval: the longest a changed route takes to hold everywhere.
    package init(store: any RouteKeeping, interval: Duration, time: any TimeSource, logger: Logger) {
        self.store = store
        self.interval = interval
        self.time = time
        self.logger = logger
        counters = Dictionary(
            uniqueKeysWithValues: RouteDecision.Reason.allCases.map { reason in
                (reason, Counter(label: "orchestrator_routed_turns_total", dimensions: [("reason", reason.rawValue)]))
            })
    }

    package func run() async throws {
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            do {
                try await readOnce()
            } catch {
                logger.warning("routes are not read; the last known go on", metadata: ["error": "\(error)"])
            }
            // Cancelled while asleep: the loop's condition ends it.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: self.interval) }
        }
    }

    package func readOnce() async throws {
        let read = try await store.routes(deadline: .after(.seconds(2), from: time.now()))
        // One that an older build wrote, or a person into the table, is no reason to follow none.
        let good = read.filter { $0.fault == nil }
        let book = Dictionary(good.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        routes.withLock { $0 = book }
    }

    package func set(_ route: ModelRoute, deadline: Deadline) async throws {
        try await store.set(route, deadline: deadline)
        routes.withLock { $0[route.name] = route }
    }

    package func remove(_ name: String, deadline: Deadline) async throws -> Bool {
        let wasThere = try await store.remove(name, deadline: deadline)
        routes.withLock { $0[name] = nil }
        return wasThere
    }

    package func route(_ name: String) -> ModelRoute? { routes.withLock { $0[name] } }
    package var all: [ModelRoute] { routes.withLock { $0.values.sorted { $0.name < $1.name } } }

    func note(_ decision: RouteDecision) { counters[decision.reason]?.increment() }
}
