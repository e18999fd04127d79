// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Primitives

/// Metadata keys that every part of the suite spells the same way.
package enum LogKey {
    package static let requestID = "request_id"
    package static let traceID = "trace_id"
    package static let spanID = "span_id"
    package static let method = "method"
    package static let peer = "peer"
}

/// swift-log's handler of the suite: one JSON object a line, `{time, level, service, instance, message, …}`.
///
/// What must never be logged stands in Docs/Logging.md. This type cannot enforce it, but it bounds the damage: a
/// message or value longer than `maximumTextBytes` is cut.
package struct JSONLogHandler: LogHandler {
    /// Longer than any sentence we write on purpose.
    package static let maximumTextBytes = 4_096
    /// Names the line itself uses; metadata of the same name is written as `meta_<name>`.
    private static let reserved: Set<String> = ["time", "level", "service", "instance", "source", "message", "error"]

    private let writer: LineWriter
    private let time: any TimeSource
    private let service: String
    private let instance: String
    private let source: String
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?

    /// - Parameter label: the logger's label; written as `source`.
    package init(
        label: String, service: String, instance: String, level: Logger.Level, writer: LineWriter,
        time: any TimeSource = SystemTime()
    ) {
        self.writer = writer
        self.time = time
        self.service = service
        self.instance = instance
        source = label
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = JSONText()
        line.openObject()
        line.field("time", time.timestamp().rfc3339)
        line.field("level", event.level.rawValue)
        line.field("service", service)
        line.field("instance", instance)
        line.field("source", source)
        line.name("message")
        line.string(event.message.description, atMost: Self.maximumTextBytes)
        if let error = event.error {
            line.name("error")
            line.string(String(describing: error), atMost: Self.maximumTextBytes)
        }
        for (key, value) in merged(event.metadata).sorted(by: { $0.key < $1.key }) {
            line.name(Self.reserved.contains(key) ? "meta_" + key : key)
            Self.write(value, to: &line, depth: 0)
        }
        line.closeObject()
        line.newline()
        writer.append(line.bytes)
    }

    private func merged(_ own: Logger.Metadata?) -> Logger.Metadata {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own { all.merge(own) { $1 } }
        return all
    }

    /// Deeper metadata than this is written as text: log values are names and numbers, not documents.
    private static let maximumDepth = 3

    private static func write(_ value: Logger.MetadataValue, to line: inout JSONText, depth: Int) {
        switch value {
        case .array(let values) where depth < maximumDepth:
            line.openArray()
            for value in values { write(value, to: &line, depth: depth + 1) }
            line.closeArray()
        case .dictionary(let values) where depth < maximumDepth:
            line.openObject()
            for (key, value) in values.sorted(by: { $0.key < $1.key }) {
                line.name(key)
                write(value, to: &line, depth: depth + 1)
            }
            line.closeObject()
        case .stringConvertible(let number as any BinaryInteger): line.integer(number)
        case .stringConvertible(let number as Double): line.number(number)
        case .stringConvertible(let flag as Bool): line.bool(flag)
        default: line.string(value.description, atMost: maximumTextBytes)
        }
    }

    /// The line a full buffer leaves behind, for `LineWriter.dropNotice`.
    package static func dropNotice(service: String, instance: String) -> @Sendable (Int) -> [UInt8] {
        { count in
            var line = JSONText()
            line.openObject()
            line.field("time", SystemTime().timestamp().rfc3339)
            line.field("level", "warning")
            line.field("service", service)
            line.field("instance", instance)
            line.field("message", "Log lines were dropped because nobody read them fast enough.")
            line.name("dropped")
            line.integer(count)
            line.closeObject()
            line.newline()
            return line.bytes
        }
    }
}
