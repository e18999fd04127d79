// SPDX-License-Identifier: Apache-2.0

import Foundation
import RawEcho

/// `rpc-benchmark [seconds] [repeats]`: calls and streams of Parley beside the same bytes from raw C, in one run.
///
/// The process starts itself again for each end, so that client and server CPU are told apart, and reports the median
/// of the repeats.
@main
struct RPCBenchmark {
    static func main() async {
        do {
            try await run()
        } catch {
            FileHandle.standardError.write(Data("rpc-benchmark: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run() async throws {
        let arguments = CommandLine.arguments
        if arguments.count > 2, let role = Role(rawValue: arguments[1]) {
            return try await role.play(Array(arguments.dropFirst(2)))
        }
        let seconds = arguments.count > 1 ? Double(arguments[1]) ?? 3 : 3
        let repeats = arguments.count > 2 ? Int(arguments[2]) ?? 2 : 2
        try Comparison(seconds: seconds, repeats: repeats).run()
    }
}

/// What one process of the benchmark does.
enum Role: String {
    case rawServer = "raw-server"
    case rawCalls = "raw-calls"
    case rawStreams = "raw-streams"
    case server
    case calls
    case verifyKey = "verify-key"
    case streams

    /// Octets of one call's message, near those of our own hot calls, and of one streamed message.
    static let messageSize = 241
    static let streamedSize = 100
    static let concurrency = 64

    /// `arguments`: folder of the certificates, then for clients the server's port, its process and the seconds.
    func play(_ arguments: [String]) async throws {
        let folder = arguments[0]
        if self == .server { return try await BenchmarkServer.run(folder: folder) }
        if self == .rawServer { return try Self.serveRaw(folder) }
        guard arguments.count >= 4, let port = Int32(arguments[1]), let server = Int32(arguments[2]),
            let seconds = Double(arguments[3])
        else { throw BenchmarkFailure(text: "a client needs port, server and seconds") }
        var result = raw_result()
        switch self {
        case .rawCalls, .rawStreams:
            try Self.withRawIdentity(folder, "gateway") { identity in
                let status =
                    self == .rawCalls
                    ? raw_call(
                        identity, port, server, Int32(Self.concurrency), Int32(Self.messageSize), seconds, &result)
                    : raw_stream(
                        identity, port, server, Int32(Self.concurrency), Int32(Self.streamedSize), seconds, &result)
                guard status == 0 else { throw BenchmarkFailure(text: "the raw client failed") }
            }
        default:
            result = try await BenchmarkClient(folder: folder, port: Int(port), server: server, seconds: seconds)
                .run(self)
        }
        print(Measurement(result).line)
    }

    private static func serveRaw(_ folder: String) throws {
        try withRawIdentity(folder, "auth") { identity in
            let status = raw_serve(identity) { port in
                print("PORT \(port)")
                fflush(nil)
            }
            throw BenchmarkFailure(text: "the raw server ended with \(status)")
        }
    }

    private static func withRawIdentity(
        _ folder: String, _ name: String, _ body: (raw_identity) throws -> Void
    ) rethrows {
        try "\(folder)/\(name).crt".withCString { certificate in
            try "\(folder)/\(name).key".withCString { key in
                try "\(folder)/ca.crt".withCString { authority in
                    try body(raw_identity(certificate: certificate, key: key, authority: authority))
                }
            }
        }
    }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

/// What a client has measured.
struct Measurement {
    var messages: Double
    var seconds: Double
    var clientCPU: Double
    var serverCPU: Double

    init(_ result: raw_result) {
        messages = Double(result.messages)
        seconds = result.seconds
        clientCPU = Double(result.client_cpu) / 1_000
        serverCPU = Double(result.server_cpu) / 1_000
    }

    init?(line: String) {
        let parts = line.split(separator: " ").compactMap { Double($0) }
        guard parts.count == 4, parts[0] > 0 else { return nil }
        (messages, seconds, clientCPU, serverCPU) = (parts[0], parts[1], parts[2], parts[3])
    }

    var line: String { "\(messages) \(seconds) \(clientCPU) \(serverCPU)" }
    var perSecond: Double { messages / seconds }
    /// Microseconds of CPU for one message, both ends.
    var client: Double { clientCPU / messages }
    var server: Double { serverCPU / messages }
    var both: Double { client + server }
}
