// SPDX-License-Identifier: Apache-2.0

package import HTTPEdge
import NIOCore
import NIOHTTP1
package import Telemetry

/// The routes of every process's health port. Plain HTTP, read by probes and Prometheus.
package enum HealthRoutes {
    package static func router(_ health: HealthBoard, _ metrics: PrometheusRegistry) -> Router {
        var router = Router()
        // Answering at all is the proof: the loop that serves calls serves this too.
        router.on(.GET, "/livez") { _, _ in .json(ByteBuffer(string: #"{"status":"ok"}"#)) }
        router.on(.GET, "/readyz") { _, _ in
            let (isReady, json) = health.readiness()
            return .json(ByteBuffer(bytes: json), isReady ? .ok : .serviceUnavailable)
        }
        router.on(.GET, "/metrics") { _, _ in .text(metrics.text(), type: PrometheusRegistry.contentType) }
        return router
    }

    /// A health port's bounds: a few probes, no bodies.
    package static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.connections = 64
        limits.bodyBytes = 0
        limits.headerBytes = 8 << 10
        limits.headerFieldBytes = 4 << 10
        limits.drainTime = .seconds(1)
        return limits
    }
}
