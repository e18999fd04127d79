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
    private let timers = Mutex(CallTimers())
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
        let number = CallTimers.number(
            method: record.method.id, status: status.rawValue, isServer: record.side == .server)
        if let known = timers.withLock({ $0.timer(number, peer) }) { return known }
        var labels = [("method", record.method.name), ("status", status.description)]
        if record.side == .client { labels.append(("peer", peer.rawValue)) }
        let made = metrics.makeTimer(label: "rpc_\(record.side.rawValue)_seconds", dimensions: labels)
        timers.withLock { $0.add(made, number, peer) }
        return made
    }
}

/// The histograms of calls by method, status, side and peer.
///
/// Looked up for every call, and therefore no dictionary: its hash alone costs more than this whole search. An open
/// table probed linearly, at most half full; nothing is ever removed.
struct CallTimers {
    private struct Entry {
        var number: UInt64
        var peer: PeerName
        var timer: any TimerHandler
    }
    private var slots: [Entry?] = Array(repeating: nil, count: 1 << 6)
    private var count = 0
    /// 64 less the bits that choose a slot.
    private var shift: UInt64 = 64 - 6

    static func number(method: UInt16, status: UInt32, isServer: Bool) -> UInt64 {
        UInt64(method) << 33 | UInt64(status) << 1 | (isServer ? 1 : 0)
    }

    /// By Fibonacci hashing (Knuth, TAOCP 3, 6.4). Peers share a place: a process calls few, and a method has one.
    private func home(of number: UInt64) -> Int { Int((number &* 0x9E37_79B9_7F4A_7C15) >> shift) }

    func timer(_ number: UInt64, _ peer: PeerName) -> (any TimerHandler)? {
        var index = home(of: number)
        while let entry = slots[index] {
            if entry.number == number, entry.peer == peer { return entry.timer }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a timer. Added twice, by two loops at a time, it is the same series both times: the first is found.
    mutating func add(_ timer: any TimerHandler, _ number: UInt64, _ peer: PeerName) {
        if 2 * count >= slots.count {
            let old = slots
            slots = Array(repeating: nil, count: old.count * 2)
            shift -= 1
            for entry in old { if let entry { place(entry) } }
        }
        place(Entry(number: number, peer: peer, timer: timer))
        count += 1
    }

    private mutating func place(_ entry: Entry) {
        var index = home(of: entry.number)
        while slots[index] != nil { index = (index + 1) & (slots.count - 1) }
        slots[index] = entry
    }
}
