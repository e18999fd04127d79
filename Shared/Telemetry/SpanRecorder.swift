// SPDX-License-Identifier: Apache-2.0

package import Primitives
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
        var calls: [CallSpan] = []
        var dropped = 0
        var recorded = 0

        /// Counts a span, as recorded or as dropped.
        mutating func mayKeepOneMore() -> Bool {
            guard pending.count + calls.count < SpanRecorder.maximumPending else {
                dropped += 1
                return false
            }
            recorded += 1
            return true
        }

        /// Takes the oldest of each kind.
        mutating func nextBatch() -> ([Span], [CallSpan]) {
            let spans = Array(pending.prefix(SpanRecorder.maximumBatch))
            pending.removeFirst(spans.count)
            let taken = Array(calls.prefix(SpanRecorder.maximumBatch - spans.count))
            calls.removeFirst(taken.count)
            return (spans, taken)
        }
    }
    private let state = Mutex(State())
    private let service: String
    private let instance: String
    private let exporters: [any SpanExporter]
    private let time: any TimeSource

    /// A recorder without exporters keeps nothing.
    package init(
        service: String, instance: String, exporters: [any SpanExporter], time: any TimeSource = SystemTime()
    ) {
        self.service = service
        self.instance = instance
        self.exporters = exporters
        self.time = time
        if !exporters.isEmpty { state.withLock { $0.calls.reserveCapacity(Self.maximumPending) } }
    }

    package func record(_ span: Span) {
        guard span.context.isSampled, !exporters.isEmpty else { return }
        state.withLock {
            if $0.mayKeepOneMore() { $0.pending.append(span) }
        }
    }

    /// Whether spans go anywhere: without exporters nobody need make one.
    package var isRecording: Bool { !exporters.isEmpty }

    /// Records a call that was answered; its instants are of the recorder's own source of time.
    package func record(_ call: CallSpan) {
        guard call.context.isSampled, isRecording else { return }
        state.withLock {
            if $0.mayKeepOneMore() { $0.calls.append(call) }
        }
    }

    /// Spans that were dropped, here or by an exporter.
    package var dropped: Int { state.withLock { $0.dropped } }
    package var recorded: Int { state.withLock { $0.recorded } }

    /// Hands everything pending to the exporters, batch by batch.
    package func flush() async {
        while true {
            let (spans, calls) = state.withLock { $0.nextBatch() }
            if spans.isEmpty, calls.isEmpty { return }
            let (timestamp, now) = (time.timestamp(), time.now())
            let request = SpanText.request(
                spans, calls: calls, timestamp: timestamp, at: now, service: service, instance: instance)
            for exporter in exporters where await !exporter.export(request) {
                state.withLock { $0.dropped += spans.count + calls.count }
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
