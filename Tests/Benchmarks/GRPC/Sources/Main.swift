// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix

typealias ServerTransport = HTTP2ServerTransport.Posix
typealias ClientTransport = HTTP2ClientTransport.Posix

/// `grpc-benchmark ROLE LOOPS FOLDER PORT COUNT CONNECTIONS SECONDS`: one end of grpc-swift-2.
///
/// The same roles and the same lines as `rpc-benchmark`; LOOPS is 1, or 0 for the library's own choice.
@main
struct GRPCBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 3, let loops = Int(arguments[2]) else { exit(2) }
        let group =
            loops == 0 ? MultiThreadedEventLoopGroup.singleton : MultiThreadedEventLoopGroup(numberOfThreads: loops)
        if arguments[1] == "server" { return try await serve(folder: arguments[3], group) }
        guard arguments.count > 7, let port = Int(arguments[4]), let count = Int(arguments[5]),
            let connections = Int(arguments[6]), let seconds = Double(arguments[7])
        else { exit(2) }
        let load = Load(folder: arguments[3], port: port, group: group, count: count, seconds: seconds)
        switch arguments[1] {
        case "calls": try await load.calls(connections)
        case "streams": try await load.streams()
        case "idle": try await load.idle()
        case "open": try await load.open()
        default: exit(2)
        }
    }

    private static func serve(folder: String, _ group: MultiThreadedEventLoopGroup) async throws {
        var config = ServerTransport.Config.defaults
        // The library sets no bound of its own; ours is 10,000.
        config.http2.maxConcurrentStreams = 10_000
        let transport = ServerTransport(
            address: .ipv4(host: "127.0.0.1", port: 0),
            transportSecurity: .mTLS(
                certificateChain: [.file(path: "\(folder)/auth.crt", format: .pem)],
                privateKey: .file(path: "\(folder)/auth.key", format: .pem)
            ) { $0.trustRoots = .certificates([.file(path: "\(folder)/ca.crt", format: .pem)]) },
            config: config, eventLoopGroup: group)
        let server = GRPCServer(transport: transport, services: [EchoService(loop: group.next())])
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.serve() }
            if let port = try await server.listeningAddress?.ipv4?.port { say("PORT \(port)") }
            try await tasks.waitForAll()
        }
    }
}

/// One line to whoever started us.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// Tells how far we are and waits until processor time and memory of both ends have been read.
func phase(_ name: String, _ figures: String = "{}") {
    say("\(name) \(figures)")
    _ = readLine()
}
