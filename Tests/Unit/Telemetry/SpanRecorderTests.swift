// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Synchronization
import Telemetry
import Testing

/// Keeps what it is given, or refuses it.
private final class CollectingExporter: SpanExporter {
    let requests = Mutex<[[UInt8]]>([])
    private let accepts: Bool
    init(accepts: Bool = true) { self.accepts = accepts }

    func export(_ request: [UInt8]) async -> Bool {
        requests.withLock { $0.append(request) }
        return accepts
    }
}

private func span(_ name: String, sampled: Bool = true, parent: UInt64 = 0) -> Span {
    Span(
        name, kind: .server,
        context: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: sampled), parent: parent,
        start: Timestamp(microseconds: 1_000_001), end: Timestamp(microseconds: 2_000_002), status: .notFound,
        attributes: [(SpanKey.peer, .text("gateway")), ("count", .integer(7))])
}

@Suite struct SpanRecorderTests {
    @Test func spansLeaveAsOTLP() async throws {
        let exporter = CollectingExporter()
        let recorder = SpanRecorder(service: "auth", instance: "auth-1", exporters: [exporter])
        recorder.record(span("auth.VerifyKey", parent: 0xABC))
        await recorder.flush()
        let request = try #require(exporter.requests.withLock { $0.first })
        let root = try #require(JSONSerialization.jsonObject(with: Data(request)) as? [String: Any])
        let resource = try #require((root["resourceSpans"] as? [[String: Any]])?.first)
        let attributes = (resource["resource"] as? [String: Any])?["attributes"] as? [[String: Any]]
        #expect(attributes?.first?["key"] as? String == "service.name")
        #expect((attributes?.first?["value"] as? [String: Any])?["stringValue"] as? String == "auth")
        let scope = (resource["scopeSpans"] as? [[String: Any]])?.first
        let written = try #require((scope?["spans"] as? [[String: Any]])?.first)
        #expect(written["traceId"] as? String == "00000000000000010000000000000002")
        #expect(written["spanId"] as? String == "0000000000000003")
        #expect(written["parentSpanId"] as? String == "0000000000000abc")
        #expect(written["name"] as? String == "auth.VerifyKey")
        #expect(written["kind"] as? Int == 2)
        #expect(written["startTimeUnixNano"] as? String == "1000001000")
        #expect((written["status"] as? [String: Any])?["code"] as? Int == 2)
        let own = written["attributes"] as? [[String: Any]]
        #expect((own?[1]["value"] as? [String: Any])?["intValue"] as? String == "7")
    }

    @Test func unsampledSpansAreNotKept() async {
        let exporter = CollectingExporter()
        let recorder = SpanRecorder(service: "a", instance: "a", exporters: [exporter])
        recorder.record(span("x", sampled: false))
        await recorder.flush()
        #expect(exporter.requests.withLock { $0.isEmpty })
    }

    @Test func spansBeyondTheBoundAreDroppedAndCounted() async {
        let exporter = CollectingExporter()
        let recorder = SpanRecorder(service: "a", instance: "a", exporters: [exporter])
        for _ in 0..<(SpanRecorder.maximumPending + 5) { recorder.record(span("x")) }
        #expect(recorder.dropped == 5)
        await recorder.flush()
        #expect(exporter.requests.withLock { $0.count } == SpanRecorder.maximumPending / SpanRecorder.maximumBatch)
    }

    @Test func whatAnExporterRefusesIsCounted() async {
        let recorder = SpanRecorder(service: "a", instance: "a", exporters: [CollectingExporter(accepts: false)])
        recorder.record(span("x"))
        await recorder.flush()
        #expect(recorder.dropped == 1)
    }

    @Test func aFileHoldsOneBatchALine() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "parley-spans-\(UUID())").path
        let file = try #require(SpanFile(path: path))
        let recorder = SpanRecorder(service: "a", instance: "a", exporters: [file])
        for name in ["one", "two"] {
            recorder.record(span(name))
            await recorder.flush()
        }
        file.close()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[1].contains("\"name\":\"two\""))
        try FileManager.default.removeItem(atPath: path)
    }

    /// Calls are written by another way than spans, and must come out the same.
    @Test(arguments: [StatusCode.ok, .deadlineExceeded]) func aCallLeavesAsASpanWould(status: StatusCode) async throws {
        let time = StoppedTime()
        let exporter = CollectingExporter()
        let recorder = SpanRecorder(service: "auth", instance: "auth-1", exporters: [exporter], time: time)
        var expected: [Span] = []
        for (parent, requestID) in [(0xABC as UInt64, "req_1"), (0, ""), (7, "quoted \"\\ and\nbroken ü")] {
            for (name, peer) in [("auth.VerifyKey", "gateway"), ("auth.Login", "gateway"), ("auth.Login", "\"x")] {
                let context = TraceContext(
                    traceHigh: 0x0123_4567_89AB_CDEF, traceLow: 2, span: .max - parent, isSampled: true)
                recorder.record(
                    CallSpan(
                        context: context, parent: parent, name: name,
                        started: MonotonicInstant(nanoseconds: 8_000_000_999),
                        ended: MonotonicInstant(nanoseconds: 9_000_000_001), status: status,
                        peer: PeerName(rawValue: peer), requestID: requestID))
                var attributes: [(String, Span.Value)] = [
                    (SpanKey.method, .text(name)), (SpanKey.peer, .text(peer)),
                    (SpanKey.statusCode, .text(status.description)),
                ]
                if !requestID.isEmpty { attributes.append((SpanKey.requestID, .text(requestID))) }
                // One second less one nanosecond ago by the recorder's clock.
                expected.append(
                    Span(
                        name, kind: .server, context: context, parent: parent,
                        start: Timestamp(microseconds: 500_000_000 - 999_999 - 999_999),
                        end: Timestamp(microseconds: 500_000_000 - 999_999), status: status, attributes: attributes))
            }
        }
        await recorder.flush()
        for span in expected { recorder.record(span) }
        await recorder.flush()
        let requests = exporter.requests.withLock { $0 }
        #expect(requests.count == 2)
        #expect(String(decoding: requests[0], as: UTF8.self) == String(decoding: requests[1], as: UTF8.self))
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(requests[0])) }
    }
}

private struct StoppedTime: TimeSource {
    func now() -> MonotonicInstant { MonotonicInstant(nanoseconds: 10_000_000_000) }
    func timestamp() -> Timestamp { Timestamp(microseconds: 500_000_000) }
}
