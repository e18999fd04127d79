// SPDX-License-Identifier: Apache-2.0

import Primitives
import Synchronization

/// Where finished spans go from the recorder.
package protocol SpanExporter: Sendable {
    /// Takes one OTLP/JSON request. May wait, but must end by itself; what it cannot deliver it drops and says so.
    /// - Returns: whether the batch was taken.
    func export(_ request: [UInt8]) async -> Bool
}

/// Collects finished spans and hands them to exporters in batches.
///
/// Recording is a lock and an append: it never waits for a collector. When exporters are slower than the spans come,
/// spans beyond `maximumPending` are dropped and counted.
package final class SpanRecorder: Sendable {
    /// About four megabytes of spans, or four seconds at a thousand calls a second.
    package static let maximumPending = 4_096
    package static let maximumBatch = 512

    private struct State {
        var pending: [Span] = []
        var dropped = 0
        var recorded = 0
    }
    private let state = Mutex(State())
    private let service: String
    private let instance: String
    private let exporters: [any SpanExporter]

    /// A recorder without exporters keeps nothing.
    package init(service: String, instance: String, exporters: [any SpanExporter]) {
        self.service = service
        self.instance = instance
        self.exporters = exporters
    }

    package func record(_ span: Span) {
        guard span.context.isSampled, !exporters.isEmpty else { return }
        state.withLock {
            if $0.pending.count >= Self.maximumPending {
                $0.dropped += 1
            } else {
                $0.recorded += 1
                $0.pending.append(span)
            }
        }
    }

    /// Spans that were dropped, here or by an exporter.
    package var dropped: Int { state.withLock { $0.dropped } }
    package var recorded: Int { state.withLock { $0.recorded } }

    /// Hands everything pending to the exporters, batch by batch.
    package func flush() async {
        while true {
            let batch = state.withLock { state in
                let batch = Array(state.pending.prefix(Self.maximumBatch))
                state.pending.removeFirst(batch.count)
                return batch
            }
            if batch.isEmpty { return }
            let request = SpanText.request(batch, service: service, instance: instance)
            for exporter in exporters where await !exporter.export(request) {
                state.withLock { $0.dropped += batch.count }
            }
        }
    }

    /// Flushes every so often until cancelled, and once more then, so that the last calls of a process are seen.
    package func run(every interval: Duration = .milliseconds(250)) async {
        while !Task.isCancelled {
            await flush()
            // Cancellation ends the sleep early, which is all its error says.
            try? await Task.sleep(for: interval)
        }
        await flush()
    }
}
