// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Loops
import Messages
import NIOCore
import NIOPosix
import Primitives
import RPC
import TLS
import Transport

/// A message of raw bytes: what the C program sends, so that both carry the same.
struct Octets: BinaryMessage {
    static let messageName = "benchmark.Octets"
    var bytes: [UInt8]

    init(count: Int) { bytes = Array(repeating: 120, count: count) }
    init(decoding bytes: UnsafeRawBufferPointer) { self.bytes = Array(bytes) }
    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes(body)
    }
}

enum BenchmarkMethods {
    static let echo = Method<Octets, Octets>(
        id: 1, name: "benchmark.Echo", kind: .unary, isIdempotent: true, deadline: nil, callers: [.gateway])
    static let verifyKey = Method<VerifyKeyRequest, VerifyKeyReply>(
        id: 2, name: "benchmark.VerifyKey", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.gateway])
    static let stream = Method<Octets, Octets>(
        id: 3, name: "benchmark.Stream", kind: .serverStreaming, isIdempotent: true, deadline: nil,
        callers: [.gateway], carriesTokens: true)
    static let flow = Method<Octets, Octets>(
        id: 4, name: "benchmark.Flow", kind: .unary, isIdempotent: true, deadline: nil, callers: [.gateway])
    /// What the first octet of a stream's request says: one message, then one at each tick.
    static let isPaced: UInt8 = 1
}

enum BenchmarkServer {
    static func run(folder: String) async throws {
        var table = MethodTable()
        table.unary(BenchmarkMethods.echo) { request, _ in request }
        let ids = SystemIdentifiers()
        let reply = VerifyKeyReply(
            organisationID: ids.make(), projectID: ids.make(), userID: ids.make(), keyID: ids.make(),
            plan: "enterprise", scopes: ["chat:write", "files:*", "embeddings:read"], cacheMs: 5_000)
        table.unary(BenchmarkMethods.verifyKey) { request, _ in
            guard request.keyHash.count == 32 else { throw Failure(.unauthenticated, "No such key.") }
            return reply
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let ticks = Ticks()
        table.serverStreaming(BenchmarkMethods.stream) { request, _, writer in
            let text = ByteBuffer(repeating: 120, count: request.bytes.count - 8)
            let isPaced = request.bytes.first == BenchmarkMethods.isPaced
            var seq: UInt32 = 0
            while true {
                try await writer.send(TokenChunk(seq: seq, count: 1, text: text))
                seq &+= 1
                if isPaced { await ticks.next() }
            }
        }
        table.unary(BenchmarkMethods.flow) { request, _ in
            ticks.begin(on: group.next(), milliseconds: 1_000)
            return request
        }
        let observer = BenchmarkObserver()
        let server = RPCServer(
            table: table, listen: ServiceAddress(host: "127.0.0.1", port: 0),
            tls: try .server(identity: .benchmark(folder, "auth")), group: group, observer: observer, logger: .quiet)
        say("PORT \(try await server.bind().port ?? 0)")
        async let spans: Void = observer.run()
        try await server.run()
        await spans
    }
}

extension TLSIdentity {
    static func benchmark(_ folder: String, _ name: String) -> TLSIdentity {
        TLSIdentity(
            certificateFile: "\(folder)/\(name).crt", keyFile: "\(folder)/\(name).key",
            authorityFile: "\(folder)/ca.crt")
    }
}

extension Logger {
    static var quiet: Logger {
        var logger = Logger(label: "benchmark") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        return logger
    }
}
