// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport

/// A resolver that answers what the test last said.
final class ScriptedResolver: NameResolver {
    private let answer: Mutex<Result<[String], LookupFailure>>
    /// Answers that are given once each before that.
    private let once = Mutex<[[String]]>([])
    let lookups = Atomic<Int>(0)

    init(_ addresses: String...) { answer = Mutex(.success(addresses)) }

    func set(_ addresses: String...) { answer.withLock { $0 = .success(addresses) } }
    func set(once answers: [[String]], then last: String...) {
        answer.withLock { answer in
            once.withLock { $0 = answers }
            answer = .success(last)
        }
    }
    func fail() { answer.withLock { $0 = .failure(LookupFailure("name server away")) } }

    func addresses(of name: String) async throws -> [String] {
        lookups.wrappingAdd(1, ordering: .sequentiallyConsistent)
        return try answer.withLock { answer in
            once.withLock { $0.isEmpty ? answer : .success($0.removeFirst()) }
        }.get()
    }

    /// Returns after `count` further look-ups have begun, so that all but the last of them have had their effect.
    func wait(_ count: Int) async {
        let goal = lookups.load(ordering: .sequentiallyConsistent) + count
        while lookups.load(ordering: .sequentiallyConsistent) < goal { await Task.yield() }
    }
}

extension Fixture {
    /// Servers at 127.0.0.1, 127.0.0.2 …, all with one port, as the replicas behind one name have it.
    func makeReplicas(_ services: [LineService]) async throws -> (servers: [RPCServer], port: Int) {
        var servers: [RPCServer] = []
        var port = 0
        for (index, service) in services.enumerated() {
            let server = RPCServer(
                table: service.table, listen: ServiceAddress(host: "127.0.0.\(index + 1)", port: port),
                tls: self.server,
                group: group, drainTime: .zero, logger: logger)
            port = try #require(try await server.bind().port)
            servers.append(server)
        }
        return (servers, port)
    }

    func makeConnections(
        _ places: [ServicePlace], _ resolver: any NameResolver, interval: Duration = .milliseconds(10),
        most: Int = 256, group: (any EventLoopGroup)? = nil, bulkUnusedTime: Duration = .seconds(60),
        standing: StandingLimits = .standard
    ) -> RPCConnections {
        var watching = NameWatching()
        watching.interval = interval
        watching.leastGap = .milliseconds(2)
        watching.mostAddresses = most
        return RPCConnections(
            service: .auth, places: places, resolver: resolver, watching: watching, tls: TLSSource(gateway),
            group: group ?? self.group, drainTime: .seconds(5), bulkUnusedTime: bulkUnusedTime,
            standing: standing, logger: logger)
    }

    func running(
        _ servers: [RPCServer], _ connections: RPCConnections,
        _ body: @escaping @Sendable (RPCClient) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for server in servers { tasks.addTask { try await server.run() } }
            defer { tasks.cancelAll() }
            try await connections.whileConnected(body)
        }
    }
}

/// Goal: a name's replicas are called while the name names them, and no longer.
@Suite struct NameTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    /// Returns when the connections' addresses are these hosts.
    private func follow(_ connections: RPCConnections, until hosts: String...) async {
        for await addresses in connections.addressChanges() where addresses.map(\.host) == hosts { return }
    }

    @Test func replicasComeAndGoWithTheirName() async throws {
        let fixture = fixture
        let services = [LineService("a"), LineService("b")]
        let (servers, port) = try await fixture.makeReplicas(services)
        let resolver = ScriptedResolver("127.0.0.1")
        let place = ServicePlace.everyAddress(ofName: "replicas", port: port)
        let connections = fixture.makeConnections([place, place], resolver)
        #expect(connections.addresses.isEmpty, "nothing is known before somebody has asked")
        let first = ServiceAddress(host: "127.0.0.1", port: port)
        try await fixture.running(servers, connections) { client in
            #expect(try await client.unary(LineService.read, Line("x"), fixture.context()).text == "a")
            let pinned = try #require(connections.client(pinnedTo: first))
            resolver.set("127.0.0.2", "127.0.0.1")
            try await fixture.ready(client, connections: 2)
            #expect(connections.addresses.map(\.host) == ["127.0.0.1", "127.0.0.2"])
            // A call that runs on an address when it goes is finished there.
            async let late = pinned.unary(LineService.write, Line("wait"), fixture.context())
            while services[0].calls.load(ordering: .relaxed) < 2 { await Task.yield() }
            resolver.set("127.0.0.2")
            await follow(connections, until: "127.0.0.2")
            #expect(connections.client(pinnedTo: first) == nil)
            while pinned.isConnected { await Task.yield() }
            // What is held of it refuses at once, long before the deadline of twenty seconds.
            let failure = await caught {
                _ = try await pinned.unary(LineService.read, Line("x"), fixture.context(.seconds(600)))
            }
            #expect(failure?.reason == "no_connection")
            #expect(try await client.unary(LineService.read, Line("x"), fixture.context()).text == "b")
            services[0].open()
            #expect(try await late.text == "a")
            // An address that comes back is called again, by a client of its own.
            resolver.set("127.0.0.1")
            await follow(connections, until: "127.0.0.1")
            let again = try #require(connections.client(pinnedTo: first))
            #expect(again !== pinned)
            #expect(try await again.unary(LineService.read, Line("x"), fixture.context()).text == "a")
        }
    }

    @Test func whatIsKnownOutlivesANameServer() async throws {
        let fixture = fixture
        let (servers, port) = try await fixture.makeReplicas([LineService("a"), LineService("b")])
        let resolver = ScriptedResolver("127.0.0.1")
        let fixed = ServiceAddress(host: "127.0.0.2", port: port)
        let connections = fixture.makeConnections(
            [.everyAddress(ofName: "replicas", port: port), .address(fixed), .address(fixed)], resolver)
        try await fixture.running(servers, connections) { client in
            try await fixture.ready(client, connections: 2)
            resolver.fail()
            await resolver.wait(8)
            #expect(connections.addresses.count == 2)
            #expect(client.connectionCount == 2)
            // The name now gives an address that the list has too: it counts once.
            resolver.set("127.0.0.1", "127.0.0.2")
            await resolver.wait(3)
            #expect(connections.addresses.count == 2)
            // An empty answer is believed when it stays, and then only the name's own address goes.
            resolver.set()
            await follow(connections, until: "127.0.0.2")
        }
    }

    /// A name server that starts again says for a moment that a name has no addresses.
    @Test(.timeLimit(.minutes(2))) func oneEmptyAnswerIsNotBelieved() async throws {
        let fixture = fixture
        let (servers, port) = try await fixture.makeReplicas([LineService("a"), LineService("b")])
        let resolver = ScriptedResolver("127.0.0.1")
        let connections = fixture.makeConnections([.everyAddress(ofName: "replicas", port: port)], resolver)
        try await fixture.running(servers, connections) { client in
            try await fixture.ready(client)
            let changes = connections.addressChanges()
            resolver.set(once: [[], []], then: "127.0.0.1", "127.0.0.2")
            for await addresses in changes where addresses.count != 1 {
                #expect(addresses.map(\.host) == ["127.0.0.1", "127.0.0.2"])
                break
            }
        }
    }

    /// Whoever waits for an address when its name no longer names it is told at once.
    @Test(.timeLimit(.minutes(2))) func whoeverWaitsForAnAddressThatIsGoneIsTold() async throws {
        let fixture = fixture
        let port = try FreePort.find()
        let resolver = ScriptedResolver("127.0.0.1")
        var standing = StandingLimits.standard
        standing.restartPatience = .seconds(3_600)
        let connections = fixture.makeConnections(
            [.everyAddress(ofName: "replicas", port: port)], resolver, standing: standing)
        try await connections.whileConnected { _ in
            await follow(connections, until: "127.0.0.1")
            let pinned = try #require(connections.client(pinnedTo: connections.addresses[0]))
            let waits = Flag()
            async let outcome = caught {
                waits.set()
                _ = try await pinned.unary(LineService.read, Line("x"), fixture.context(.seconds(3_600)))
            }
            while !waits.isSet { await Task.yield() }
            // Nothing tells from outside that it waits: many look-ups later it surely does.
            await resolver.wait(20)
            resolver.set("127.0.0.2")
            #expect(await outcome?.reason == "no_connection")
        }
    }

    @Test func aLostConnectionHasTheNameLookedUpAtOnce() async throws {
        let fixture = fixture
        let (servers, port) = try await fixture.makeReplicas([LineService("a"), LineService("b")])
        let resolver = ScriptedResolver("127.0.0.1")
        let connections = fixture.makeConnections(
            [.everyAddress(ofName: "replicas", port: port)], resolver, interval: .seconds(3_600))
        try await fixture.running([servers[1]], connections) { client in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await servers[0].run() }
                try await fixture.ready(client)
                resolver.set("127.0.0.2")
                servers[0].stop()
                // The one that leaves answers until it knows that no call is on its way.
                while try await client.unary(LineService.read, Line("x"), fixture.context()).text != "b" {}
                try await tasks.waitForAll()
            }
            await follow(connections, until: "127.0.0.2")
        }
    }

    @Test func anAbsurdlyLongAnswerIsCutAndKeepsWhatIsConnected() async throws {
        let fixture = fixture
        let (servers, port) = try await fixture.makeReplicas([LineService("a")])
        let resolver = ScriptedResolver("127.0.0.1")
        let connections = fixture.makeConnections(
            [.everyAddress(ofName: "replicas", port: port)], resolver, most: 2)
        try await fixture.running(servers, connections) { client in
            try await fixture.ready(client)
            resolver.set("127.9.0.1", "127.9.0.2", "127.9.0.3", "127.0.0.1")
            await follow(connections, until: "127.0.0.1", "127.9.0.1")
            #expect(client.connectionCount == 1)
        }
    }

    @Test func theSystemKnowsItself() async throws {
        let found = try await SystemNameResolver().addresses(of: "localhost")
        #expect(found.contains("127.0.0.1") || found.contains("::1"))
        #expect(Set(found).count == found.count)
        #expect(try await SystemNameResolver().addresses(of: "127.0.0.7") == ["127.0.0.7"])
        // Reserved never to exist (RFC 6761). Without any name server nobody can say so.
        let none = try? await SystemNameResolver().addresses(of: "nowhere.invalid")
        #expect(none ?? [] == [])
    }

    @Test func nobodyWaitsForALookupThatIsNotWanted() async throws {
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask { (try? await SystemNameResolver().addresses(of: "nowhere.invalid")) == nil }
            tasks.cancelAll()
            for await wasCancelled in tasks { #expect(wasCancelled) }
        }
    }
}
