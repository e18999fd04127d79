// SPDX-License-Identifier: Apache-2.0

import Metrics
import Telemetry
import Testing

@Suite struct PrometheusRegistryTests {
    @Test func sameNameAndLabelsAreTheSameSeries() {
        let registry = PrometheusRegistry()
        Counter(label: "calls_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        Counter(label: "calls_total", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment(by: 2)
        #expect(registry.text().contains("# TYPE calls_total counter\ncalls_total{a=\"1\",b=\"2\"} 3\n"))
    }

    @Test func gaugesGoUpAndDown() {
        let registry = PrometheusRegistry(help: ["open": "Open streams."])
        let meter = Meter(label: "open", factory: registry)
        meter.set(5)
        meter.decrement(by: 2)
        #expect(registry.text().contains("# HELP open Open streams.\n# TYPE open gauge\nopen 3.0\n"))
    }

    @Test func timersAreHistogramsInSeconds() {
        let registry = PrometheusRegistry(bounds: ["call_seconds": [0.01, 0.1]])
        let timer = Timer(label: "call_seconds", dimensions: [("m", "x")], factory: registry)
        for milliseconds in [5, 10, 50, 500] { timer.recordMilliseconds(milliseconds) }
        let text = registry.text()
        #expect(text.contains("call_seconds_bucket{m=\"x\",le=\"0.01\"} 2\n"))
        #expect(text.contains("call_seconds_bucket{m=\"x\",le=\"0.1\"} 3\n"))
        #expect(text.contains("call_seconds_bucket{m=\"x\",le=\"+Inf\"} 4\n"))
        #expect(text.contains("call_seconds_count{m=\"x\"} 4\n"))
        #expect(text.contains("call_seconds_sum{m=\"x\"} 0.565"))
    }

    @Test func hostileLabelsStayOneLine() {
        let registry = PrometheusRegistry()
        Counter(label: "c.d-e", dimensions: [("k", "a\"b\\c\nd")], factory: registry).increment()
        #expect(registry.text().contains("c_d_e{k=\"a\\\"b\\\\c\\nd\"} 1\n"))
    }

    /// Goal: a label with an open set of values cannot eat the process's memory.
    @Test func seriesBeyondTheBoundAreRefusedAndCounted() {
        let registry = PrometheusRegistry()
        for user in 0..<(PrometheusRegistry.maximumSeriesPerName + 7) {
            Counter(label: "bad_total", dimensions: [("user", "\(user)")], factory: registry).increment()
        }
        let text = registry.text()
        #expect(text.split(separator: "\n").count { $0.hasPrefix("bad_total{") } == 1_000)
        #expect(text.contains("telemetry_series_refused_total 7\n"))
    }

    @Test func aNameKeepsItsKind() {
        let registry = PrometheusRegistry()
        Counter(label: "thing", factory: registry).increment()
        Meter(label: "thing", factory: registry).set(9)
        let text = registry.text()
        #expect(text.contains("thing 1\n"))
        #expect(text.contains("telemetry_series_refused_total 1\n"))
    }

    @Test func theProcessIsAmongTheMetrics() {
        let text = PrometheusRegistry().text()
        for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"] {
            #expect(text.contains("\n\(name) "))
        }
    }
}
