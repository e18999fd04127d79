// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import ServiceKit
import ServiceLifecycle
import Settings
import Synchronization
import TLS
import TestKit

struct SampleConfiguration: ServiceSettings {
    var greeting: String
    init(_ reader: inout SettingsReader) {
        greeting = reader.string("sample.greeting", default: "hello", help: "What is answered.")
    }
}

typealias SampleProcess = ServiceProcess<SampleConfiguration>

/// Tells when the parts of a process run, which is when it can be asked to stop.
private struct StartSignal: Service {
    let start: AsyncStream<Void>.Continuation
    func run() async throws {
        start.finish()
        try await gracefulShutdown()
    }
}

/// One process run inside the test's own, with certificates, ports and files of its own.
final class ProcessUnderTest: Sendable {
    let authority: TestAuthority
    let folder: String
    let listen: Int
    let health: Int
    let traces: String
    private let group = Mutex<ServiceGroup?>(nil)
    private let (starts, start) = AsyncStream<Void>.makeStream()

    init() throws {
        authority = try TestAuthority()
        folder = try TestFolder.make("process")
        listen = try FreePort.find()
        health = try FreePort.find()
        traces = folder + "/traces.jsonl"
    }

    deinit { TestFolder.remove(folder) }

    func arguments(_ more: [String] = []) throws -> [String] {
        let identity = try authority.identity("auth")
        return [
            "auth", "--listen-port", "\(listen)", "--health-port", "\(health)", "--trace-file", traces,
            "--tls-certificate", identity.certificateFile, "--tls-key", identity.keyFile,
            "--tls-authority", identity.authorityFile, "--drain-seconds", "5",
        ] + more
    }

    /// Runs the process to its end and gives its status.
    func run(
        _ arguments: [String], _ build: @Sendable (SampleProcess) async throws -> Void
    ) async -> Int32 {
        let descriptor = open(folder + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        var surroundings = Surroundings(
            arguments: arguments, environment: [:], isWholeProcess: false, descriptor: descriptor, time: SystemTime())
        surroundings.started = { group in self.group.withLock { $0 = group } }
        let start = start
        let status = await SampleProcess.status(.auth, in: surroundings) { process in
            process.add(StartSignal(start: start))
            try await build(process)
        }
        start.finish()
        return status
    }

    /// Waits until the process runs, or has ended without ever running.
    func untilStarted() async { for await _ in starts {} }

    func stop() async { await group.withLock { $0 }?.triggerGracefulShutdown() }

    var log: String { read("/log") }
    var spans: String { read("/traces.jsonl") }

    private func read(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: folder + name) ?? Data(), as: UTF8.self)
    }

    /// Asks the health port.
    func ask(_ path: String) async throws -> (status: Int, body: String) {
        let port = health
        // The system's own client blocks; it gets a thread that may.
        let output = try await runBlocking {
            try ChildProcess.run(["curl", "-s", "-w", "\n%{http_code}", "http://127.0.0.1:\(port)\(path)"])
        }
        let lines = "\(output)".split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }
}
