// SPDX-License-Identifier: Apache-2.0

import Logging
import Primitives
import RPC
import TestKit
import Testing
import Wire

/// Goal: calls go where there is least to do, near rather than far, and not where it makes no sense.
@Suite struct BalanceTests {
    private static let here = Zone("here") ?? .unknown
    private static let there = Zone("there") ?? .unknown

    /// How many of `calls` open calls each server has, none of them being answered.
    private func spread(
        _ calls: Int, zones: [Zone], own: Zone = .unknown, endpoints: Endpoints? = nil, addresses: [Endpoint] = []
    ) async throws -> [Int] {
        let (client, servers) = try await HandServer.make(
            zones: zones, own: own, endpoints: endpoints, addresses: addresses)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<calls {
                group.addTask {
                    _ = try? await client.unary(EchoService.echo, EchoMessage("x"), HandServer.context())
                }
            }
            defer { group.cancelAll() }
            while true {
                var counts: [Int] = []
                for server in servers { counts.append(try await server.opened().count) }
                if counts.reduce(0, +) == calls { return counts }
                await Task.yield()
            }
        }
    }

    @Test func twoAreFilledEvenly() async throws {
        #expect(try await spread(100, zones: [.unknown, .unknown]) == [50, 50])
    }

    @Test func manyAreFilledNearlyEvenly() async throws {
        let counts = try await spread(800, zones: Array(repeating: .unknown, count: 8))
        #expect(counts.allSatisfy { (90...110).contains($0) }, "\(counts)")
    }

    @Test func theOwnZoneIsPreferredWhileItHasLittleToDo() async throws {
        #expect(try await spread(8, zones: [Self.there, Self.here, Self.there], own: Self.here) == [0, 8, 0])
    }

    @Test func aBusyZoneSpillsOver() async throws {
        let counts = try await spread(200, zones: [Self.here, Self.there], own: Self.here)
        #expect(counts[1] > 0 && counts[0] > 2 * counts[1] && counts[0] <= 4 * counts[1], "\(counts)")
    }

    @Test func whoDoesNotSayWhereItIsIsFarFromNobody() async throws {
        #expect(try await spread(20, zones: [Self.here, Self.there]) == [10, 10])
        #expect(try await spread(20, zones: [.unknown, Self.there], own: Self.here) == [10, 10])
    }

    private func endpoints(_ time: ManualTime) -> Endpoints {
        Endpoints(
            service: .auth, time: time, logger: Logger(label: "balance") { _ in SwiftLogNoOpLogHandler() }, seed: 5)
    }

    /// Goal: a caller's request that every server answers with `internal` leaves half of them to everybody.
    @Test func faultsOfOneAddressShutItOutAndFaultsOfAllNobody() async throws {
        let time = ManualTime()
        let endpoints = endpoints(time)
        let addresses = ["a", "b", "c"].map { endpoints.add($0) }
        let (client, servers) = try await HandServer.make(
            zones: Array(repeating: .unknown, count: 3), endpoints: endpoints, addresses: addresses)
        var counts = [0, 0, 0]
        for _ in 0..<300 {
            async let outcome = client.unary(EchoService.change, EchoMessage("x"), HandServer.context())
            let (index, stream) = try await nextCall(servers, &counts)
            if index == 0 {
                try await servers[0].fail(stream, Failure(.internal, "No."))
            } else {
                try await servers[index].answer(stream, "yes")
            }
            _ = try? await outcome
        }
        #expect(counts[0] >= 20 && counts[0] <= 25, "\(counts)")
        #expect(addresses[0].permit() == .avoid)
        time.advance(by: .seconds(2))
        var probes = 0
        while probes < 2 {
            async let outcome = client.unary(EchoService.change, EchoMessage("x"), HandServer.context())
            let (index, stream) = try await nextCall(servers, &counts)
            try await servers[index].answer(stream, "yes")
            _ = try? await outcome
            if index == 0 { probes += 1 }
        }
        #expect(addresses.map { $0.permit() } == [.use, .use, .use])
        for _ in 0..<300 {
            async let outcome = client.unary(EchoService.change, EchoMessage("x"), HandServer.context())
            let (index, stream) = try await nextCall(servers, &counts)
            try await servers[index].fail(stream, Failure(.internal, "No."))
            _ = try? await outcome
        }
        #expect(addresses.count { $0.permit() == .use } >= 2)
    }

    @Test func anOverloadedAddressIsSparedForAsLongAsItAsks() async throws {
        let time = ManualTime()
        let endpoints = endpoints(time)
        let addresses = ["a", "b"].map { endpoints.add($0) }
        let (client, servers) = try await HandServer.make(
            zones: [.unknown, .unknown], endpoints: endpoints, addresses: addresses)
        var counts = [0, 0]
        func call(_ failure: Failure?) async throws -> Int {
            async let outcome = client.unary(EchoService.change, EchoMessage("x"), HandServer.context())
            let (index, stream) = try await nextCall(servers, &counts)
            if let failure {
                try await servers[index].fail(stream, failure)
            } else {
                try await servers[index].answer(stream, "yes")
            }
            _ = try? await outcome
            return index
        }
        let busy = try await call(
            Failure(.resourceExhausted, "Busy.", reason: "queue_full", retry: .after(.milliseconds(250))))
        for _ in 0..<10 { #expect(try await call(nil) == 1 - busy) }
        time.advance(by: .milliseconds(250))
        var seen: Set<Int> = []
        for _ in 0..<2 { seen.insert(try await call(nil)) }
        #expect(seen == [0, 1])
    }

    private func nextCall(_ servers: [HandServer], _ counts: inout [Int]) async throws -> (Int, UInt32) {
        while true {
            for (index, server) in servers.enumerated() {
                let opened = try await server.opened()
                guard opened.count > counts[index], let stream = opened.last else { continue }
                counts[index] = opened.count
                return (index, stream)
            }
            await Task.yield()
        }
    }
}
