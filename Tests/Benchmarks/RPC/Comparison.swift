// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One run of all roles, and what comes out of it.
struct Comparison {
    var seconds: Double
    var repeats: Int

    private struct Row {
        var name: String
        var ours: Measurement
        var raw: Measurement
        var mark: Double
    }

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "parley-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // What is left there harms nobody.
        try makeCertificates(folder)
        let raw = try Server(role: .rawServer, folder: folder.path)
        defer { raw.stop() }
        let ours = try Server(role: .server, folder: folder.path)
        defer { ours.stop() }
        // Taking turns, so that a change in the machine's mood hits both; and the median of the turns, because the best
        // of one and the best of the other may come from different moods.
        var all: [Role: [Measurement]] = [:]
        for _ in 0..<repeats {
            for (role, server) in [
                (Role.rawCalls, raw), (.calls, ours), (.verifyKey, ours), (.rawStreams, raw), (.streams, ours),
            ] {
                all[role, default: []].append(try measure(role, server, folder.path))
            }
        }
        func median(_ role: Role) -> Measurement? {
            all[role].map { $0.sorted { $0.both < $1.both }[$0.count / 2] }
        }
        guard let rawCalls = median(.rawCalls), let calls = median(.calls), let verify = median(.verifyKey),
            let rawStreams = median(.rawStreams), let streams = median(.streams)
        else { throw BenchmarkFailure(text: "nothing was measured") }
        try report([
            Row(name: "unary 241 B, c=64", ours: calls, raw: rawCalls, mark: 4),
            Row(name: "unary VerifyKey, c=64", ours: verify, raw: rawCalls, mark: 4),
            Row(name: "64 streams, 100 B", ours: streams, raw: rawStreams, mark: 0.6),
        ])
    }

    private func measure(_ role: Role, _ server: Server, _ folder: String) throws -> Measurement {
        let (process, output) = try Server.start([
            role.rawValue, folder, "\(server.port)", "\(server.process.processIdentifier)", "\(seconds)",
        ])
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0,
            let measured = text.split(separator: "\n").compactMap({ Measurement(line: String($0)) }).last
        else { throw BenchmarkFailure(text: "\(role.rawValue) failed: \(text)") }
        return measured
    }

    // MARK: Output

    private func report(_ rows: [Row]) throws {
        func cell(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        print("one mutual-TLS connection, one loop or thread at each end, CPU in microseconds per message")
        print("| what                  |   ours/s | client | server |  both | mark |    raw C/s |  both | of raw C |")
        print("|-----------------------|---------:|-------:|-------:|------:|-----:|-----------:|------:|---------:|")
        for row in rows {
            print(
                "| \(row.name.padding(toLength: 21, withPad: " ", startingAt: 0)) "
                    + "| \(cell(String(Int(row.ours.perSecond)), 8)) | \(cell(Self.short(row.ours.client), 6)) "
                    + "| \(cell(Self.short(row.ours.server), 6)) | \(cell(Self.short(row.ours.both), 5)) "
                    + "| \(cell(Self.short(row.mark), 4)) | \(cell(String(Int(row.raw.perSecond)), 10)) "
                    + "| \(cell(Self.short(row.raw.both), 5)) | \(cell(Self.short(row.raw.both / row.ours.both), 8)) |")
        }
        let marks = rows.flatMap { row in
            [
                Mark(
                    mark: "\(row.name): CPU client + server", value: row.ours.both, unit: "us", peer: "raw C + libssl",
                    peer_value: row.raw.both, ratio: row.raw.both / row.ours.both),
                Mark(
                    mark: "\(row.name): rate", value: row.ours.perSecond, unit: "1/s", peer: "raw C + libssl",
                    peer_value: row.raw.perSecond, ratio: row.ours.perSecond / row.raw.perSecond),
            ]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileManager.default.createDirectory(atPath: ".run/bench", withIntermediateDirectories: true)
        try encoder.encode(marks).write(to: URL(filePath: ".run/bench/rpc.json"))
    }

    private struct Mark: Encodable {
        var mark: String
        var value: Double
        var unit: String
        var peer: String
        var peer_value: Double
        /// Above one: better than the peer.
        var ratio: Double
    }

    private static func short(_ value: Double) -> String {
        value < 1 ? "\((value * 1_000).rounded() / 1_000)" : "\((value * 100).rounded() / 100)"
    }

    // MARK: Processes

    /// A server role running as a process of its own.
    private final class Server {
        let process: Process
        let port: Int

        init(role: Role, folder: String) throws {
            let (process, output) = try Self.start([role.rawValue, folder, "-"])
            self.process = process
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            guard line.hasPrefix("PORT "), let port = Int(line.dropFirst(5).prefix { $0.isNumber }) else {
                process.terminate()
                throw BenchmarkFailure(text: "\(role.rawValue) did not start: \(line)")
            }
            self.port = port
        }

        func stop() {
            process.terminate()
            process.waitUntilExit()
        }

        static func start(_ arguments: [String]) throws -> (Process, Pipe) {
            let process = Process()
            process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = arguments
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            return (process, output)
        }
    }

    private func makeCertificates(_ folder: URL) throws {
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try openssl(
            folder,
            ["req", "-x509"] + curve
                + ["-days", "2", "-subj", "/CN=benchmark", "-keyout", "ca.key", "-out", "ca.crt"])
        for name in ["auth", "gateway"] {
            try openssl(
                folder,
                ["req"] + curve + ["-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).csr"])
            try Data("subjectAltName=DNS:\(name)\n".utf8).write(to: folder.appending(path: "\(name).ext"))
            try openssl(
                folder,
                [
                    "x509", "-req", "-in", "\(name).csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                    "-days", "2", "-extfile", "\(name).ext", "-out", "\(name).crt",
                ])
        }
    }

    private func openssl(_ folder: URL, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        process.standardError = Pipe()
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchmarkFailure(text: "openssl \(arguments[0]) failed") }
    }
}
