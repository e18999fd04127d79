// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Primitives
import RPC
import Synchronization
import Telemetry

/// Turns every finished call into a time in a histogram and, on the server's side, into a span.
///
/// `rpc_server_seconds{method,status}` and `rpc_client_seconds{method,peer,status}`; how often is their `_count`.
final class CallTelemetry: CallObserver {
    private struct Key: Hashable {
        var side: CallSide
        var method: UInt16
        var status: UInt32
        var peer: PeerName

        /// By what tells nearly all keys apart and costs no text to be read: looked up for every call.
        func hash(into hasher: inout Hasher) {
            hasher.combine(UInt64(method) << 32 | UInt64(status) << 1 | (side == .server ? 1 : 0))
        }
    }
    private let timers = Mutex<[Key: any TimerHandler]>([:])
    private let spans: SpanRecorder
    private let metrics: PrometheusRegistry

    init(spans: SpanRecorder, metrics: PrometheusRegistry) {
        self.spans = spans
        self.metrics = metrics
    }

    func callEnded(_ record: borrowing CallRecord) {
        timer(record).recordNanoseconds(record.nanoseconds)
        guard record.side == .server, record.trace.isSampled, spans.isRecording else { return }
        spans.record(
            CallSpan(
                context: record.trace, parent: record.parentSpan, name: record.method.name, started: record.started,
                ended: record.ended, status: record.status, peer: record.peer, requestID: record.requestID))
    }

    private func timer(_ record: borrowing CallRecord) -> any TimerHandler {
        // Any of two dozen peers may call a server; that many histograms a method say nothing the spans do not.
        let peer = record.side == .client ? record.peer : PeerName(rawValue: "")
        // A caller cancels with a number of its choice. It must not choose how many series we keep.
        let status = record.status.isKnown ? record.status : .unknown
        let key = Key(side: record.side, method: record.method.id, status: status.rawValue, peer: peer)
        if let known = timers.withLock({ $0[key] }) { return known }
        var labels = [("method", record.method.name), ("status", status.description)]
        if record.side == .client { labels.append(("peer", peer.rawValue)) }
        let made = metrics.makeTimer(label: "rpc_\(record.side.rawValue)_seconds", dimensions: labels)
        timers.withLock { $0[key] = made }
        return made
    }
}
