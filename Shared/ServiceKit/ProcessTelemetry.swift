// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import NIOCore
import Primitives
import ServiceLifecycle
import Settings
import Telemetry

/// Logs, metrics and spans of one process.
struct ProcessTelemetry: Sendable {
    let writer: LineWriter
    let metrics: PrometheusRegistry
    let spans: SpanRecorder
    private let file: SpanFile?
    private let makeHandler: @Sendable (String) -> any LogHandler

    /// - Parameter descriptor: where log lines go; standard output but for tests.
    init(
        _ settings: StandardSettings, loops: any EventLoopGroup, time: any TimeSource, descriptor: Int32 = STDOUT_FILENO
    ) throws {
        let service = settings.service.rawValue
        let instance = settings.instance
        let level = Logger.Level(rawValue: settings.telemetry.level.rawValue) ?? .info
        let writer = LineWriter(
            descriptor: descriptor, dropNotice: JSONLogHandler.dropNotice(service: service, instance: instance))
        guard writer.start() else { throw StartFailure("the system gave no thread for the log") }
        self.writer = writer
        makeHandler = { label in
            JSONLogHandler(label: label, service: service, instance: instance, level: level, writer: writer)
        }
        metrics = PrometheusRegistry()
        var exporters: [any SpanExporter] = []
        if let path = settings.telemetry.traceFile {
            guard let file = SpanFile(path: path) else { throw StartFailure("cannot append to trace.file \(path)") }
            self.file = file
            exporters.append(file)
        } else {
            file = nil
        }
        if let address = settings.telemetry.traceEndpoint {
            guard let collector = SpanCollector(address: address, group: loops) else {
                throw SettingsFailure([
                    SettingProblem(
                        key: "trace.endpoint", found: address, expected: "an address like http://127.0.0.1:4318")
                ])
            }
            exporters.append(collector)
        }
        spans = SpanRecorder(service: service, instance: instance, exporters: exporters, time: time)
    }

    func handler(_ label: String) -> any LogHandler { makeHandler(label) }
    func logger(_ label: String) -> Logger { Logger(label: label, factory: makeHandler) }

    /// Writes out what is left. Blocks for a few seconds at most; for the end of the process.
    func close() {
        file?.close()
        writer.close()
    }
}

/// Why a process cannot start, in a sentence for its log.
struct StartFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// The part that hands spans to their exporters. First to start and last to stop, so that the spans of the last calls
/// are not lost.
struct SpanFlushing: Service {
    let spans: SpanRecorder
    func run() async throws {
        await cancelWhenGracefulShutdown { await spans.run() }
    }
}
