// SPDX-License-Identifier: Apache-2.0

import Foundation
import RawEcho

/// `rpc-benchmark ROLE LOOPS FOLDER PORT COUNT CONNECTIONS SECONDS`: one end of Parley's calls, or of raw C's.
///
/// `make bench ONLY=rpc` starts two of them at a time and reads processor time, memory and allocations of both whenever
/// the calling end says where it is and waits for a line. FOLDER holds the certificates; LOOPS is there because
/// `grpc-benchmark` has it too.
@main
struct RPCBenchmark {
    static func main() async {
        do {
            try await run(CommandLine.arguments)
        } catch {
            FileHandle.standardError.write(Data("rpc-benchmark: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        guard arguments.count > 3, let role = Role(rawValue: arguments[1]) else {
            throw BenchmarkFailure(text: "an end needs role, loops and folder: run `make bench ONLY=rpc`")
        }
        let folder = arguments[3]
        switch role {
        case .server: return try await BenchmarkServer.run(folder: folder)
        case .rawServer: return try serveRaw(folder)
        default: break
        }
        guard arguments.count > 7, let port = Int(arguments[4]), let count = Int(arguments[5]),
            let connections = Int(arguments[6]), let seconds = Double(arguments[7])
        else { throw BenchmarkFailure(text: "a client needs port, count, connections and seconds") }
        if role == .rawCalls || role == .rawStreams {
            return try withRawIdentity(folder, "gateway") { identity in
                let status =
                    role == .rawCalls
                    ? raw_call(
                        identity, Int32(port), Int32(count), Int32(connections), Int32(Role.messageSize), seconds)
                    : raw_stream(identity, Int32(port), Int32(count), Int32(Role.streamedSize), seconds)
                guard status == 0 else { throw BenchmarkFailure(text: "the raw client failed") }
            }
        }
        try await BenchmarkClient(folder: folder, port: port, count: count, connections: connections, seconds: seconds)
            .run(role)
    }

    private static func serveRaw(_ folder: String) throws {
        try withRawIdentity(folder, "auth") { identity in
            let status = raw_serve(identity) { port in say("PORT \(port)") }
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

/// What one process of the benchmark does.
enum Role: String {
    case rawServer = "raw-server"
    case rawCalls = "raw-calls"
    case rawStreams = "raw-streams"
    case server
    case calls
    /// The same calls where the caller's trace is not sampled: no span is made.
    case unsampled
    case verifyKey = "verify-key"
    case streams
    case idle
    case open

    /// Octets of one call's message, near those of our own hot calls, and of one streamed message.
    static let messageSize = 241
    static let streamedSize = 100
}

struct BenchmarkFailure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

/// One line to whoever started us.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Tells how far we are and waits until processor time and memory of both ends have been read. The loop waits with us,
/// so that nothing happens meanwhile.
func phase(_ name: String, _ figures: String = "{}") {
    say("\(name) \(figures)")
    _ = readLine()
}
