// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Remembers what a server told of its requests.
final class RecordingObserver: HTTPObserver {
    private let records = Mutex<[HTTPRecord]>([])
    private let (stream, continuation) = AsyncStream<HTTPRecord>.makeStream()

    func requestEnded(_ record: borrowing HTTPRecord) {
        let copy = copy record
        records.withLock { $0.append(copy) }
        continuation.yield(copy)
    }

    /// The first record of a request, awaited.
    func next() async -> HTTPRecord? {
        for await record in stream { return record }
        return nil
    }
}

/// Runs a server on a free port while `body` talks to it.
func withServer(
    limits: HTTPLimits = HTTPLimits(), observer: (any HTTPObserver)? = nil,
    failureAnswer: @escaping FailureAnswer = HTTPResponse.plain, routes: (inout Router) -> Void,
    _ body: (SocketAddress) async throws -> Void
) async throws {
    var router = Router()
    routes(&router)
    let server = HTTPServer(
        .init(
            name: "test", host: "127.0.0.1", port: 0, router: router, limits: limits, failureAnswer: failureAnswer,
            observer: observer), group: MultiThreadedEventLoopGroup.singleton)
    let address = try await server.bind()
    try await withThrowingTaskGroup { group in
        group.addTask { try await server.run() }
        try await body(address)
        group.cancelAll()
    }
}

/// A gate that tests open; until then whoever comes waits. Cancellation lets the waiting go.
final class Gate: Sendable {
    private let (stream, continuation) = AsyncStream<Void>.makeStream()
    func open() { continuation.finish() }
    func pass() async { for await _ in stream {} }
}

func echoRoutes(_ router: inout Router) {
    router.on(.GET, "/hello") { _, _ in .text("hello") }
    router.on(.POST, "/echo") { request, _ in
        HTTPResponse(body: .bytes(try await request.body(atMost: 1_000)))
    }
    router.on(.POST, "/ignore") { _, _ in .text("ignored") }
    router.on(.GET, "/v1/files/{id}") { _, parameters in .text("file \(parameters["id"] ?? "")") }
    router.on(.GET, "/stream") { _, _ in
        HTTPResponse(
            headers: ["content-type": "text/event-stream"],
            body: .stream { writer in
                try await writer.write(ByteBuffer(string: "one"))
                try await writer.write(ByteBuffer(string: "two!"))
            })
    }
}
