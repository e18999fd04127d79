// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import FoundationEssentials
import Glibc
import HTTPEdge
import Logging
import NIOCore
import NIOPosix
package import Primitives
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals

/// How a process of the suite ends.
package enum ExitCode {
    /// It was asked to stop, and stopped.
    package static let stopped: Int32 = 0
    /// It could not start, or a part of it failed.
    package static let failed: Int32 = 1
    /// Its settings are wrong.
    package static let settings = SettingsFailure.exitCode
}

extension ServiceProcess {
    /// How long, after the drain time, cancelled parts may take before the process ends without them.
    private static var lastGrace: Duration { .seconds(5) }

    /// A whole main: puts the service together with `build`, runs it until SIGTERM or SIGINT, and exits.
    package static func run(
        _ service: PeerName, _ type: Configuration.Type,
        _ build: @Sendable (ServiceProcess) async throws -> Void
    ) async -> Never {
        // A peer that closes its socket is an error of that write, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        let code = await status(service, in: .ofThisProcess(), build)
        exit(code)
    }

    /// The same as a value: what the process would exit with.
    package static func status(
        _ service: PeerName, in surroundings: Surroundings, _ build: @Sendable (ServiceProcess) async throws -> Void
    ) async -> Int32 {
        let standard: StandardSettings
        let configuration: Configuration
        do throws(SettingsFailure) {
            let outcome = try SettingsLoader.load(
                program: service.rawValue, arguments: surroundings.arguments, environment: surroundings.environment
            ) { reader in
                (StandardSettings(&reader, service: service), Configuration(&reader))
            }
            switch outcome {
            case .page(let page):
                print(page, terminator: "")
                return ExitCode.stopped
            case .loaded((let read, let own)): (standard, configuration) = (read, own)
            }
        } catch {
            writeToStandardError("\(error)\n")
            return ExitCode.settings
        }
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: standard.loops)
        let telemetry: ProcessTelemetry
        do {
            telemetry = try ProcessTelemetry(
                standard, loops: loops, time: surroundings.time, descriptor: surroundings.descriptor)
        } catch {
            writeToStandardError("\(service) cannot start: \(error)\n")
            return error is SettingsFailure ? ExitCode.settings : ExitCode.failed
        }
        defer { telemetry.close() }
        if surroundings.isWholeProcess {
            LoggingSystem.bootstrap { telemetry.handler($0) }
            MetricsSystem.bootstrap(telemetry.metrics)
        }
        do {
            let process = try ServiceProcess(
                configuration: configuration, standard: standard, telemetry: telemetry, loops: loops,
                time: surroundings.time, hearsSignals: surroundings.isWholeProcess)
            try await build(process)
            try await process.serveUntilStopped(in: surroundings)
            process.logger.info("stopped")
            return ExitCode.stopped
        } catch let error as SettingsFailure {
            writeToStandardError("\(error)\n")
            return ExitCode.settings
        } catch {
            telemetry.logger("process").critical("cannot go on", metadata: ["cause": "\(error)"])
            return ExitCode.failed
        }
    }

    private func serveUntilStopped(in surroundings: Surroundings) async throws {
        let server = HTTPServer(
            .init(
                name: "health", host: standard.health.host, port: standard.health.port,
                router: HealthRoutes.router(health, metrics), limits: HealthRoutes.limits), group: loops)
        let leading = [
            ProcessPart(name: "spans", service: SpanFlushing(spans: spans)),
            ProcessPart(name: "certificates", service: certificates),
            ProcessPart(name: "health", service: server, bind: { _ = try await server.bind() }),
        ]
        // Last to start and so first to stop: from the moment of the signal on, probes are told.
        let limit = standard.drain + Self.lastGrace
        let notice = DrainNotice(health: health, logger: logger, endsAfter: surroundings.isWholeProcess ? limit : nil)
        let trailing = ProcessPart(name: "drain", service: notice)
        let parts = try leading + finish() + [trailing]
        for part in parts {
            do {
                try await part.bind?()
            } catch {
                throw StartFailure("the port for \(part.name) cannot be opened: \(error)")
            }
        }
        var configuration = ServiceGroupConfiguration(
            services: parts.map { part in
                .init(
                    service: part, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: part.name)
            }, gracefulShutdownSignals: surroundings.isWholeProcess ? [.sigterm, .sigint] : [],
            logger: quiet(logger))
        // The listener takes the drain time itself; what it needs stops after it, and needs a moment of its own.
        configuration.maximumGracefulShutdownDuration = standard.drain + .seconds(2)
        logger.info(
            "started", metadata: ["listen": "\(standard.listen)", "health": "\(standard.health)", "pid": "\(getpid())"])
        let group = ServiceGroup(configuration: configuration)
        surroundings.started(group)
        try await group.run()
    }

    /// The lifecycle's own logger speaks of every part at debug; its notes are of use at warning and above.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    /// Tells the probes when the process was asked to stop, and sees to it that it does.
    private struct DrainNotice: Service {
        let health: HealthBoard
        let logger: Logger
        /// When a process that was asked to stop ends whatever its parts do; nil lets it wait for ever.
        let endsAfter: Duration?

        func run() async throws {
            // Ends with cancellation or shutdown, which is all this part waits for.
            try? await gracefulShutdown()
            health.drain()
            logger.info("draining")
            guard let endsAfter else { return }
            let isWatched = DetachedThread.start {
                sleep(UInt32(clamping: endsAfter.milliseconds / 1_000 + 1))
                writeToStandardError("a part did not stop within the drain time; the process ends without it\n")
                _exit(ExitCode.failed)
            }
            if !isWatched { logger.warning("no thread watches the end of this process") }
        }
    }
}

private func writeToStandardError(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
