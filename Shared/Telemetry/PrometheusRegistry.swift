// SPDX-License-Identifier: Apache-2.0

package import CoreMetrics
import Synchronization

/// All metrics of this process, as swift-metrics' backend, printed in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4).
///
/// A metric of the same name and labels is the same series, however often it is made. Label values must come from
/// closed sets; because a mistake there eats memory without end, a name has at most `maximumSeriesPerName` series and
/// what comes later is counted in `telemetry_series_refused_total` instead of being kept.
package final class PrometheusRegistry: MetricsFactory {
    /// Seven services, forty methods and seventeen codes do not reach it; user ids as labels would within a minute.
    package static let maximumSeriesPerName = 1_000
    package static let maximumNames = 2_000

    /// From 100 microseconds, a call on one machine, to a minute, a long answer.
    package static let secondsBounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// For counts and sizes, where nobody gave others.
    package static let amountBounds: [Double] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000,
    ]

    private struct Family {
        var kind: String
        var series: [String: any MetricSeries] = [:]
    }
    private struct State {
        var families: [String: Family] = [:]
        var refused = 0
    }
    private let state = Mutex(State())
    private let bounds: [String: [Double]]
    private let help: [String: String]

    /// - Parameters:
    ///   - bounds: upper ends of buckets, rising, for histograms whose values the two standard sets do not suit.
    ///   - help: one sentence by metric name, printed as `# HELP`.
    package init(bounds: [String: [Double]] = [:], help: [String: String] = [:]) {
        self.bounds = bounds
        self.help = help
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() }
    }
    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions) { SumSeries() }
    }
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() }
    }
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if !aggregate { return series(label, dimensions) { GaugeSeries() } }
        let bounds = bounds[label] ?? Self.amountBounds
        return series(label, dimensions) { HistogramSeries(bounds: bounds) }
    }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let bounds = bounds[label] ?? Self.secondsBounds
        return series(label, dimensions) { HistogramSeries(bounds: bounds) }
    }

    // A series outlives the objects that count into it: Prometheus would take its disappearance for a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The series of this name and these labels; one that nobody prints when a bound or another kind stands against it.
    private func series<S: MetricSeries>(
        _ label: String, _ dimensions: [(String, String)], make: () -> S
    ) -> S {
        let name = MetricText.name(label)
        let labels = MetricText.labels(dimensions)
        return state.withLock { state in
            if let found = state.families[name]?.series[labels] as? S { return found }
            let made = make()
            let family = state.families[name] ?? Family(kind: S.kind)
            guard family.kind == S.kind, family.series[labels] == nil, family.series.count < Self.maximumSeriesPerName,
                state.families[name] != nil || state.families.count < Self.maximumNames
            else {
                state.refused += 1
                return made
            }
            state.families[name, default: family].series[labels] = made
            return made
        }
    }

    /// Everything, as `/metrics` answers it.
    package func text() -> String {
        let (families, refused) = state.withLock { ($0.families, $0.refused) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            if let help = help[name] { text += "# HELP \(name) \(MetricText.escapedHelp(help))\n" }
            text += "# TYPE \(name) \(family.kind)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.write(name: name, labels: labels, to: &text)
            }
        }
        text += "# TYPE telemetry_series_refused_total counter\ntelemetry_series_refused_total \(refused)\n"
        return text + ProcessMetrics.text()
    }

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
}
