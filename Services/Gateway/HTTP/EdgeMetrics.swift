// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
package import HTTPEdge
import Metrics
import NIOHTTP1
import Primitives
import Synchronization

/// What the gateway counts: every request by its route and status, and of turns what their users feel and pay for.
///
/// Labels are closed sets: a route is its pattern, and a status one of some thirty numbers.
package final class EdgeMetrics: HTTPObserver {
    private struct Key: Hashable {
        var route: String
        var status: UInt
    }
    private let requests = Mutex<[Key: Timer]>([:])
    private let abandoned = Counter(label: "http_requests_abandoned_total")
    private let firstToken = Timer(label: "gateway_first_token_seconds")
    private let promptTokens = Counter(label: "gateway_prompt_tokens_total")
    private let cachedTokens = Counter(label: "gateway_cached_tokens_total")
    private let completionTokens = Counter(label: "gateway_completion_tokens_total")
    private let streams = Meter(label: "gateway_streams_open")

    package init() {}

    package func requestEnded(_ record: borrowing HTTPRecord) {
        // Methods come from outside: those that no route has share one name.
        let route = record.route.map { "\(record.method) \($0)" } ?? "unknown"
        let took = (record.ended - record.started).nanoseconds
        if record.isAbandoned { abandoned.increment() }
        timer(Key(route: route, status: record.status.code)).recordNanoseconds(took)
    }

    private func timer(_ key: Key) -> Timer {
        requests.withLock { requests in
            if let known = requests[key] { return known }
            let made = Timer(
                label: "http_request_seconds", dimensions: [("route", key.route), ("status", "\(key.status)")])
            requests[key] = made
            return made
        }
    }

    func turnEnded(_ facts: CallNotes.Facts, started: MonotonicInstant) {
        if let first = facts.firstTokenAt { firstToken.recordNanoseconds((first - started).nanoseconds) }
        guard let usage = facts.usage else { return }
        promptTokens.increment(by: Int64(usage.prompt))
        cachedTokens.increment(by: Int64(usage.cached))
        completionTokens.increment(by: Int64(usage.completion))
    }

    func streamBegan() { streams.increment() }
    func streamEnded() { streams.decrement() }
}
