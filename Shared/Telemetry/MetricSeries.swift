// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Synchronization

/// One time series: a name, its labels and the state behind them. The kinds below are what swift-metrics' counters,
/// gauges and timers of this process really are.
protocol MetricSeries: AnyObject, Sendable {
    static var kind: String { get }
    /// Writes the series' lines; `labels` are rendered already, without braces.
    func write(name: String, labels: String, to text: inout String)
}

/// A count that only grows.
final class CounterSeries: MetricSeries, CounterHandler {
    static let kind = "counter"
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels.braced) \(value.load(ordering: .relaxed))\n"
    }
}

/// A sum that only grows and has a fraction.
final class SumSeries: MetricSeries, FloatingPointCounterHandler {
    static let kind = "counter"
    private let value = Mutex<Double>(0)

    func increment(by amount: Double) { if amount > 0, amount.isFinite { value.withLock { $0 += amount } } }
    func reset() { value.withLock { $0 = 0 } }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels.braced) \(value.withLock { $0 })\n"
    }
}

/// A value that goes up and down.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    static let kind = "gauge"
    private let value = Mutex<Double>(0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels.braced) \(value.withLock { $0 })\n"
    }
}

/// A distribution over fixed buckets. Times are in seconds.
final class HistogramSeries: MetricSeries, TimerHandler, RecorderHandler {
    static let kind = "histogram"
    private struct State {
        var counts: [UInt64]
        var sum: Double = 0
    }
    /// Upper ends of the buckets, rising; one more bucket takes the rest.
    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if value <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        state.withLock {
            $0.counts[low] += 1
            $0.sum += value
        }
    }

    func write(name: String, labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        let lead = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (index, count) in state.counts.enumerated() {
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            text += "\(name)_bucket{\(lead)le=\"\(bound)\"} \(total)\n"
        }
        text += "\(name)_sum\(labels.braced) \(state.sum)\n\(name)_count\(labels.braced) \(total)\n"
    }
}

extension String {
    fileprivate var braced: String { isEmpty ? "" : "{\(self)}" }
}
