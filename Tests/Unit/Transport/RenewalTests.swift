// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport
import Wire

/// What a client says in its log.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func count(_ text: String) -> Int { lines.withLock { $0.count { $0 == text } } }

    var logger: Logger {
        Logger(label: "renewal") { _ in Handler(lines: self) }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { lines.lines.withLock { $0.append("\(event.message)") } }
    }
}

private final class Answers: Sendable {
    private let value = Atomic<Int>(0)
    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.wrappingAdd(1, ordering: .relaxed) }
}

/// Goal: connections are replaced while calls go on, for their age or for a new certificate, and not one call fails.
@Suite(.timeLimit(.minutes(2))) struct RenewalTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    private static var limits: WireLimits {
        var limits = WireLimits.standard
        limits.renewalSpread = .milliseconds(30)
        return limits
    }

    /// Calls that must not be made twice, from sixteen tasks, and streams open all the while, until `body` returns.
    private func underLoad(
        _ service: LineService, _ server: RPCServer, _ connections: RPCConnections,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Int {
        let fixture = fixture
        let isOver = Flag()
        let answered = Answers()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            try await connections.whileConnected { client in
                try await fixture.ready(client)
                try await withThrowingTaskGroup(of: Void.self) { calls in
                    for _ in 0..<16 {
                        calls.addTask {
                            while !isOver.isSet {
                                _ = try await client.unary(LineService.write, Line("x"), fixture.context())
                                answered.add()
                            }
                        }
                        calls.addTask {
                            let last = try await client.serverStreaming(
                                LineService.follow, Line("wait"), fixture.context()
                            ) { reader in
                                _ = try await reader.nextEvent()
                                return try await reader.nextEvent()
                            }
                            #expect(last?.text == "last")
                        }
                    }
                    calls.addTask {
                        defer {
                            isOver.set()
                            service.open()
                        }
                        try await body()
                    }
                    try await calls.waitForAll()
                }
            }
        }
        #expect(service.calls.load(ordering: .relaxed) == answered.count + 16)
        return answered.count
    }

    @Test func aConnectionOfAgeIsReplacedInPeace() async throws {
        var limits = Self.limits
        limits.connectionAge = .milliseconds(60)
        let service = LineService()
        let server = fixture.makeServer(service.table, limits: limits)
        let port = try #require(try await server.bind().port)
        let lines = Lines()
        let connections = fixture.makeConnections(port, limits: limits, logger: lines.logger)
        let answered = try await underLoad(service, server, connections) {
            while lines.count("connected") < 6 { await Task.yield() }
        }
        #expect(answered > 0)
        #expect(lines.count("connection lost") == 0)
    }

    @Test func whatHasNoEndEndsWithItsGrace() async throws {
        let fixture = fixture
        var limits = Self.limits
        limits.connectionAge = .milliseconds(30)
        limits.connectionGrace = .milliseconds(30)
        let server = fixture.makeServer(LineService().table, limits: limits)
        let port = try #require(try await server.bind().port)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            try await fixture.makeConnections(port).whileConnected { client in
                let failure = await caught {
                    try await client.serverStreaming(LineService.follow, Line("wait"), fixture.context()) { reader in
                        while try await reader.nextEvent() != nil {}
                    }
                }
                #expect(failure?.code == .unavailable)
            }
        }
    }

    /// Until then it takes calls; afterwards nobody needs it, though the server would keep it.
    @Test func aConnectionOfAnOldCertificateGoesWhenItsSuccessorIsReady() async throws {
        let fixture = fixture
        let server = fixture.makeServer(LineService().table, limits: Self.limits)
        let port = try #require(try await server.bind().port)
        let calling = TLSSource(fixture.gateway)
        let new = try TLSContext.client(identity: fixture.authority.identity("gateway"))
        let lines = Lines()
        let loops = fixture.group.makeIterator().reduce(0) { count, _ in count + 1 }
        let connections = fixture.makeConnections(port, limits: Self.limits, source: calling, logger: lines.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            try await connections.whileConnected { client in
                try await fixture.ready(client, connections: loops)
                calling.replace(with: new)
                while lines.count("connected") < 2 * loops || client.connectionCount != loops {
                    try Task.checkCancellation()
                    await Task.yield()
                }
                _ = try await client.unary(LineService.read, Line("x"), fixture.context())
            }
        }
        #expect(lines.count("connection lost") == 0)
    }

    /// The usual way to another authority: first both are trusted, then certificates of the new one are shown, then the
    /// old one is trusted no more. That calls go on at its end proves that both ends show the new certificates.
    @Test func certificatesAndTheirAuthorityAreReplacedUnderLoad() async throws {
        let old = fixture.authority
        let new = try TestAuthority()
        let both = new.authorityFile + ".both"
        try ChildProcess.run(["sh", "-c", "cat \(old.authorityFile) \(new.authorityFile) > \(both)"])
        func contexts(_ maker: TestAuthority, trusting file: String) throws -> (TLSContext, TLSContext) {
            var server = try maker.identity("auth")
            var client = try maker.identity("gateway")
            server.authorityFile = file
            client.authorityFile = file
            return (try .server(identity: server), try .client(identity: client))
        }
        let (serving, calling) = (TLSSource(fixture.server), TLSSource(fixture.gateway))
        let stages = [
            try contexts(old, trusting: both), try contexts(new, trusting: both),
            try contexts(new, trusting: new.authorityFile), try contexts(new, trusting: new.authorityFile),
        ]
        let service = LineService()
        let server = fixture.makeServer(service.table, limits: Self.limits, source: serving)
        let port = try #require(try await server.bind().port)
        let lines = Lines()
        let connections = fixture.makeConnections(
            port, limits: Self.limits, source: calling, logger: lines.logger)
        let answered = try await underLoad(service, server, connections) {
            while lines.count("connected") < 1 { await Task.yield() }
            for (server, client) in stages {
                // Each end in its own time, and each makes the other one anew.
                for replace in [{ serving.replace(with: server) }, { calling.replace(with: client) }] {
                    let known = lines.count("connected")
                    replace()
                    while lines.count("connected") == known { await Task.yield() }
                }
            }
        }
        #expect(answered > 0)
        #expect(lines.count("connection lost") == 0)
        #expect(lines.count("cannot connect") == 0)
    }
}
