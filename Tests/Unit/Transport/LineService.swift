// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import NIOPosix
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport
import Wire

/// A line of text.
struct Line: BinaryMessage, Equatable {
    static let messageName = "test.Line"
    var text: String

    init(_ text: String) { self.text = text }
    init(decoding bytes: UnsafeRawBufferPointer) { text = String(decoding: bytes, as: UTF8.self) }
    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        var text = text
        return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }
}

/// A service that answers with its own name, and for "wait" not before it is told to.
final class LineService: Sendable {
    static let callers: Set<PeerName> = [.gateway]
    static let read = Method<Line, Line>(
        id: 1, name: "line.Read", kind: .unary, isIdempotent: true, deadline: nil, callers: callers)
    static let write = Method<Line, Line>(
        id: 2, name: "line.Write", kind: .unary, isIdempotent: false, deadline: nil, callers: callers)
    static let follow = Method<Line, Line>(
        id: 3, name: "line.Follow", kind: .serverStreaming, isIdempotent: true, deadline: nil, callers: callers)

    let name: String
    let calls = Atomic<Int>(0)
    private let gate = Latch()

    init(_ name: String = "a") { self.name = name }

    func open() { gate.open() }

    var table: MethodTable {
        var table = MethodTable()
        table.unary(Self.read) { request, _ in try await self.answer(request) }
        table.unary(Self.write) { request, _ in try await self.answer(request) }
        table.serverStreaming(Self.follow) { request, _, writer in
            try await writer.send(Line("first"))
            _ = try await self.answer(request)
            try await writer.send(Line("last"))
        }
        return table
    }

    private func answer(_ request: Line) async throws -> Line {
        calls.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if request.text == "wait" { try await gate.wait() }
        return Line(name)
    }
}

/// Certificates and loops for all tests of this target: making keys takes time.
struct Fixture: Sendable {
    let authority: TestAuthority
    let server: TLSContext
    let gateway: TLSContext
    let group: any EventLoopGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    static let shared = Result { try Fixture() }

    init() throws {
        authority = try TestAuthority()
        server = try .server(identity: authority.identity("auth"))
        gateway = try .client(identity: authority.identity("gateway"))
    }

    var logger: Logger {
        var logger = Logger(label: "transport-tests")
        logger.logLevel = .critical
        return logger
    }

    func makeServer(
        _ table: MethodTable, port: Int = 0, limits: WireLimits = .standard, drainTime: Duration = .seconds(5),
        source: TLSSource? = nil
    ) -> RPCServer {
        RPCServer(
            table: table, listen: ServiceAddress(host: "127.0.0.1", port: port),
            tls: source ?? TLSSource(server), group: group,
            limits: limits, drainTime: drainTime, logger: logger)
    }

    func makeConnections(
        _ ports: Int..., tls: TLSContext? = nil, service: PeerName = .auth, limits: WireLimits = .standard,
        source: TLSSource? = nil, logger: Logger? = nil
    ) -> RPCConnections {
        RPCConnections(
            service: service, addresses: ports.map { ServiceAddress(host: "127.0.0.1", port: $0) },
            tls: source ?? TLSSource(tls ?? gateway), group: group, limits: limits, drainTime: .seconds(2),
            logger: logger ?? self.logger)
    }

    func context(_ deadline: Duration = .seconds(20)) -> CallContext {
        CallContext(
            deadline: .after(deadline, from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: true))
    }

    func ready(_ client: RPCClient, connections: Int = 1) async throws {
        while client.connectionCount < connections {
            try await client.connected(until: .after(.seconds(20), from: SystemTime().now()))
            await Task.yield()
        }
    }
}

/// The failure that `body` throws, if it throws one.
func caught(_ body: () async throws -> Void) async -> Failure? {
    do { try await body() } catch { return error as? Failure }
    return nil
}

/// Something that has happened or not.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
    func set() { value.store(true, ordering: .sequentiallyConsistent) }
}
