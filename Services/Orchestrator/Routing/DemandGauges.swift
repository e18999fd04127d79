// SPDX-License-Identifier: Apache-2.0

import Metrics
import Primitives
import ServiceLifecycle

/// Publishes what each model's workers are asked for: what an autoscaler scales by (spec 04.46, 07.45).
///
/// Every replica sees the same workers and says the same of them, so a reader takes the greatest over replicas; turns
/// that are held, or stand in line here, are each replica's own and add up. `Deploy/Prometheus/autoscaling.yaml` does
/// both.
package struct DemandGauges: Service {
    private static let interval = Duration.seconds(1)
    private let fleet: FleetRegistry
    private let held: HeldTurns

    package init(fleet: FleetRegistry, held: HeldTurns) {
        self.fleet = fleet
        self.held = held
    }

    package func run() async throws {
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            publish()
            // Cancelled while asleep: the loop's condition ends it.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    /// The label is a closed set: the models that workers offer, and those that settings name.
    func publish() {
        for (model, demand) in fleet.demand() {
            gauge("ready_workers", model, Double(demand.readyWorkers))
            gauge("waiting_requests", model, Double(demand.waiting))
            gauge("queued_requests", model, Double(demand.queued))
            gauge("running_requests", model, Double(demand.running))
            gauge("places", model, Double(demand.places))
            gauge("predicted_wait_seconds", model, demand.wait?.inSeconds ?? 0)
            gauge("cache_used_ratio", model, demand.cacheUse)
        }
        for (model, count) in held.counts { gauge("held_requests", model, Double(count)) }
    }

    private func gauge(_ name: String, _ model: String, _ value: Double) {
        Gauge(label: "orchestrator_model_\(name)", dimensions: [("model", model)]).record(value)
    }
}
