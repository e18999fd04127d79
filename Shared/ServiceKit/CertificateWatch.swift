// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import TLS
import Telemetry
import UnixSignals

/// Takes new certificates into use while the process runs: looks every few seconds what stat says of the files, and at
/// once on SIGHUP. A set that does not load is told once and counted, and the old one stays in use.
///
/// A set's files are replaced one by one, so a look may fall between two of them: what does not load is tried again at
/// the next look, and is wrong only if it has not changed by then.
final class CertificateWatch: Service {
    /// How often the files are looked at. A look costs a few system calls.
    static let interval: Duration = .seconds(5)

    private struct Mark: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }
    /// A certificate with its key and authority, and what is made of them.
    private struct Entry {
        var name: String
        var files: [String]
        var make: @Sendable () throws(TLSFailure) -> [TLSContext]
        var sources: [TLSSource]
        /// Of the files in use.
        var used: [Mark?]
        var tried: [Mark?]?
        var refused: [Mark?]?
    }
    private let entries = Mutex<[Entry]>([])
    private let metrics: PrometheusRegistry
    private let logger: Logger
    private let hearsSignals: Bool

    /// - Parameter hearsSignals: Whether this process's SIGHUP is ours.
    init(metrics: PrometheusRegistry, logger: Logger, hearsSignals: Bool) {
        self.metrics = metrics
        self.logger = logger
        self.hearsSignals = hearsSignals
    }

    /// Makes contexts now and again whenever one of `files` is replaced.
    func keep(
        _ name: String, files: [String], _ make: @escaping @Sendable () throws(TLSFailure) -> [TLSContext]
    ) throws(TLSFailure) -> [TLSSource] {
        // The marks come first: what is replaced while it is read is then read again.
        let used = files.map(Self.mark)
        let sources = try make().map { TLSSource($0) }
        entries.withLock {
            $0.append(Entry(name: name, files: files, make: make, sources: sources, used: used))
        }
        return sources
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    while !Task.isCancelled {
                        self.look()
                        // Cancelled while waiting: the loop's condition ends it.
                        try? await Task.sleep(for: Self.interval)
                    }
                }
                guard self.hearsSignals else { return }
                tasks.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { self.look(isAsked: true) }
                }
            }
        }
    }

    /// Looks at all files. `isAsked`: somebody waits for an answer, so what does not load is wrong at once.
    func look(isAsked: Bool = false) {
        entries.withLock { entries in
            for index in entries.indices { look(at: &entries[index], isAsked) }
        }
    }

    private func look(at entry: inout Entry, _ isAsked: Bool) {
        let found = entry.files.map(Self.mark)
        if found == entry.used {
            entry.tried = nil
            entry.refused = nil
        } else if isAsked || found != entry.refused {
            take(found, for: &entry, isLastTry: isAsked || found == entry.tried)
        }
        guard let left = entry.sources.first?.current.secondsLeft else { return }
        metrics.makeMeter(label: "tls_certificate_left_seconds", dimensions: [("certificate", entry.name)])
            .set(Double(left))
    }

    private func take(_ found: [Mark?], for entry: inout Entry, isLastTry: Bool) {
        do throws(TLSFailure) {
            let contexts = try entry.make()
            if let left = contexts.first?.secondsLeft, left <= 0 {
                throw TLSFailure(.configuration, "the certificate has expired")
            }
            for (source, context) in zip(entry.sources, contexts) { source.replace(with: context) }
            entry.used = found
            (entry.tried, entry.refused) = (nil, nil)
            logger.notice("certificate replaced", metadata: ["certificate": "\(entry.name)"])
            count(entry.name, "taken")
        } catch {
            entry.tried = found
            guard isLastTry else { return }
            entry.refused = found
            logger.error(
                "the new certificate cannot be used; the old one stays",
                metadata: ["certificate": "\(entry.name)", "error": "\(error)"])
            count(entry.name, "refused")
        }
    }

    private func count(_ name: String, _ outcome: String) {
        metrics.makeCounter(
            label: "tls_certificate_replacements_total", dimensions: [("certificate", name), ("outcome", outcome)]
        ).increment(by: 1)
    }

    private static func mark(_ path: String) -> Mark? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Mark(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
}
