// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import Telemetry

@testable import ServiceKit

/// What the calling end has seen.
///
/// `@unchecked Sendable`: confined to the benchmark's one loop.
final class Tally: @unchecked Sendable {
    private(set) var messages = 0
    var isOver = false
    /// Messages of each stream.
    var perStream: [Int] = []
    /// How many took so many microseconds; the last stands for all that took longer.
    private var times = [UInt32](repeating: 0, count: 5_000_001)
    private var worst = 0
    private var began = SystemTime().now()

    func begin() {
        messages = 0
        worst = 0
        for index in times.indices { times[index] = 0 }
        for index in perStream.indices { perStream[index] = 0 }
        began = SystemTime().now()
    }

    func count() { messages += 1 }

    /// One call or gap, unless it began before we did.
    func add(started: MonotonicInstant, ended: MonotonicInstant) {
        guard started.nanoseconds >= began.nanoseconds else { return }
        let microseconds = Int((ended.nanoseconds &- started.nanoseconds) / 1_000)
        times[min(microseconds, times.count - 1)] += 1
        worst = max(worst, microseconds)
    }

    /// Ends the run and says what came of it.
    func end() -> String {
        isOver = true
        let seconds = (SystemTime().now() - began).inSeconds
        return "{\"messages\": \(messages), \"seconds\": \(seconds), \"p50_us\": \(quantile(0.5)), "
            + "\"p99_us\": \(quantile(0.99)), \"worst_us\": \(worst), \"fewest\": \(perStream.min() ?? 0)}"
    }

    private func quantile(_ part: Double) -> Int {
        let all = times.reduce(0) { $0 + Int($1) }
        var left = Int(Double(all) * part)
        for (microseconds, count) in times.enumerated() where count > 0 {
            left -= Int(count)
            if left < 0 { return microseconds }
        }
        return worst
    }
}

/// What the services' own observer does, histograms and spans, and the time of each call for the table.
final class BenchmarkObserver: CallObserver {
    private let telemetry: CallTelemetry
    private let spans: SpanRecorder
    private let tally: Tally?

    init(tally: Tally? = nil) {
        spans = SpanRecorder(service: "benchmark", instance: "1", exporters: [Nowhere()])
        telemetry = CallTelemetry(spans: spans, metrics: PrometheusRegistry())
        self.tally = tally
    }

    func callEnded(_ record: borrowing CallRecord) {
        telemetry.callEnded(record)
        tally?.add(started: record.started, ended: record.ended)
    }

    /// Encodes spans and hands them on, as a service does.
    func run() async { await spans.run() }

    private struct Nowhere: SpanExporter {
        func export(_ request: [UInt8]) async -> Bool { true }
    }
}
