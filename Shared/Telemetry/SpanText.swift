// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Spans as OTLP/JSON: one `ExportTraceServiceRequest` holds a batch
/// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
enum SpanText {
    /// `calls` were heard of by a clock that shows `now` at `timestamp`.
    static func request(
        _ spans: [Span], calls: [CallSpan], timestamp: Timestamp, at now: MonotonicInstant, service: String,
        instance: String
    ) -> [UInt8] {
        var text = JSONText()
        text.openObject()
        text.name("resourceSpans")
        text.openArray()
        text.openObject()
        text.name("resource")
        text.openObject()
        attributes([("service.name", .text(service)), ("service.instance.id", .text(instance))], to: &text)
        text.closeObject()
        text.name("scopeSpans")
        text.openArray()
        text.openObject()
        text.name("scope")
        text.openObject()
        text.field("name", "parley")
        text.closeObject()
        text.name("spans")
        text.openArray()
        for span in spans { write(span, to: &text) }
        var callText = CallSpanText(timestamp: timestamp, at: now)
        for call in calls { callText.write(call, to: &text) }
        text.closeArray()
        text.closeObject()
        text.closeArray()
        text.closeObject()
        text.closeArray()
        text.closeObject()
        return text.bytes
    }

    private static func write(_ span: Span, to text: inout JSONText) {
        text.openObject()
        text.field("traceId", span.context.traceID)
        text.field("spanId", span.context.spanID)
        if span.parent != 0 {
            var parent = span.context
            parent.span = span.parent
            text.field("parentSpanId", parent.spanID)
        }
        text.field("name", span.name)
        text.name("kind")
        text.integer(span.kind.rawValue)
        // 64-bit numbers are strings in protobuf's JSON: a double would lose their last digits.
        text.field("startTimeUnixNano", "\(span.start.microseconds)000")
        text.field("endTimeUnixNano", "\(span.end.microseconds)000")
        attributes(span.attributes, to: &text)
        status(span.status, to: &text)
        text.closeObject()
    }

    static func status(_ status: StatusCode, to text: inout JSONText) {
        text.name("status")
        text.openObject()
        text.name("code")
        text.integer(status == .ok ? 1 : 2)
        if status != .ok { text.field("message", status.description) }
        text.closeObject()
    }

    private static func attributes(_ attributes: [(String, Span.Value)], to text: inout JSONText) {
        text.name("attributes")
        text.openArray()
        for (key, value) in attributes { attribute(key, value, to: &text) }
        text.closeArray()
    }

    static func attribute(_ key: String, _ value: Span.Value, to text: inout JSONText) {
        text.openObject()
        text.field("key", key)
        text.name("value")
        text.openObject()
        switch value {
        case .text(let value): text.field("stringValue", value)
        case .integer(let value): text.field("intValue", "\(value)")
        }
        text.closeObject()
        text.closeObject()
    }
}
