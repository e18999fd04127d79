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
}
