// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import TLS
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
    private static let hello = ScriptedServer.Act.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")
    private static let streamHead = ScriptedServer.Act.send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")

    private static func client(
        _ server: ScriptedServer, _ change: (inout HTTPClientLimits) -> Void = { _ in }
    ) -> HTTPClient {
        var limits = HTTPClientLimits()
        change(&limits)
        return HTTPClient(
            HTTPOrigin(isSecure: false, host: "127.0.0.1", port: server.port, path: "/base"), limits: limits,
            group: MultiThreadedEventLoopGroup.singleton)
    }

    private static func failure(_ body: () async throws -> Void) async -> HTTPClientFailure? {
        do {
            try await body()
            return nil
        } catch {
            return error as? HTTPClientFailure
        }
    }

    /// Goal: what is sent is one well-formed request, and a connection serves one after the other.
    @Test func oneConnectionServesManyRequests() async throws {
        let server = try await ScriptedServer.start { _ in [Self.hello] }
        let client = Self.client(server)
        for _ in 0..<3 {
            let request = HTTPClientRequest(
                .POST, "/echo", headers: ["x-one": "1"], body: ByteBuffer(string: "body"))
            let (status, body) = try await client.collect(request)
            #expect(status == 200 && String(buffer: body) == "hello")
        }
        let state = server.now
        #expect(state.opened == 1 && state.requests.count == 3)
        let text = state.requests[0].text.lowercased()
        #expect(text.hasPrefix("post /base/echo http/1.1\r\n") && text.hasSuffix("\r\n\r\nbody"))
        #expect(text.contains("\r\nhost: 127.0.0.1:\(server.port)\r\n") && text.contains("\r\nx-one: 1\r\n"))
        #expect(text.contains("\r\ncontent-length: 4\r\n") && !text.contains("transfer-encoding"))
        client.closeKept()
        await server.stop()
    }

    /// Goal: a request that went into a connection the server was just closing is sent once more on a new one; a second
    /// time it is not.
    @Test func aConnectionThatDiedWhileKeptCostsNothing() async throws {
        let server = try await ScriptedServer.start { request in
            request.number == 0 ? [Self.hello] : request.number == 1 ? [.close] : [Self.hello]
        }
        let client = Self.client(server)
        for _ in 0..<2 { #expect(try await client.collect(HTTPClientRequest(.GET, "/")).status == 200) }
        #expect(server.now.opened == 2 && server.now.requests.count == 3)
        await server.stop()
        let mute = try await ScriptedServer.start { _ in [.close] }
        let failure = await Self.failure { _ = try await Self.client(mute).collect(HTTPClientRequest(.GET, "/")) }
        #expect(failure == .closedBeforeAnswer(detail: "closed by the server"))
        #expect(mute.now.requests.count == 1)
        await mute.stop()
    }

    /// Goal: a server that was started anew has forgotten all connections; the second try finds a new one.
    @Test func manyConnectionsThatDiedCostNothingEither() async throws {
        let server = try await ScriptedServer.start { request in
            request.number >= 2 && request.connection < 2 ? [.close] : [Self.hello]
        }
        let client = Self.client(server)
        try await client.withResponse(HTTPClientRequest(.GET, "/")) { response in
            _ = try await client.collect(HTTPClientRequest(.GET, "/"))
            _ = try await response.collect(atMost: 100)
        }
        #expect(try await client.collect(HTTPClientRequest(.GET, "/")).status == 200)
        #expect(server.now.opened == 3)
        await server.stop()
    }

    /// Goal: bytes reach the reader as they come, and leaving in the middle closes the connection at once.
    @Test func leavingEarlyEndsTheExchange() async throws {
        let server = try await ScriptedServer.start { _ in [Self.streamHead, .send("3\r\none\r\n")] }
        let client = Self.client(server)
        try await client.withResponse(HTTPClientRequest(.GET, "/")) { response in
            #expect(try await response.next().map { String(buffer: $0) } == "one")
            try await server.send("3\r\ntwo\r\n", on: 0)
            #expect(try await response.next().map { String(buffer: $0) } == "two")
        }
        await server.until { $0.closed == [0] }
        await server.stop()
    }

    /// Goal: a cancelled task stops waiting, and the server sees the connection close.
    @Test func cancellationClosesTheConnection() async throws {
        let server = try await ScriptedServer.start { _ in [Self.streamHead] }
        let client = Self.client(server)
        let isCancelled = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await client.withResponse(HTTPClientRequest(.GET, "/")) { _ = try await $0.next() }
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            await server.until { $0.requests.count == 1 }
            group.cancelAll()
            return await group.next() ?? false
        }
        #expect(isCancelled)
        await server.until { $0.closed == [0] }
        await server.stop()
    }

    /// Goal: a reader that has what it wants gives the connection back when the rest comes in time, and not otherwise.
    @Test func aStreamWhoseEndIsNearIsKept() async throws {
        let server = try await ScriptedServer.start { request in
            [Self.streamHead, .send("3\r\none\r\n")] + (request.number == 0 ? [.send("0\r\n\r\n")] : [])
        }
        let client = Self.client(server) { $0.farewellTime = .milliseconds(50) }
        for _ in 0..<2 {
            try await client.withResponse(HTTPClientRequest(.GET, "/")) { response in
                _ = try await response.next()
                response.hasEnough()
            }
            // The first one's end may still be on its way.
            while server.now.requests.count == 1, client.keptConnections == 0 { await Task.yield() }
        }
        await server.until { $0.closed == [0] }
        #expect(server.now.opened == 1)
        await server.stop()
    }

    /// Goal: the time that a connection may be kept does not go on counting while it is in use again.
    @Test func aKeptConnectionIsUsedForAsLongAsItTakes() async throws {
        let server = try await ScriptedServer.start { request in
            [request.number == 0 ? Self.hello : Self.streamHead]
        }
        let client = Self.client(server) {
            $0.keepTime = .milliseconds(40)
            $0.silence = .milliseconds(160)
        }
        _ = try await client.collect(HTTPClientRequest(.GET, "/"))
        let failure = await Self.failure { _ = try await client.collect(HTTPClientRequest(.GET, "/")) }
        #expect(failure == .silent)
        // On a very slow machine the first one's time was over before.
        #expect(server.now.requests.count == 2)
        await server.stop()
    }

    @Test func slowServersAreGivenUp() async throws {
        let server = try await ScriptedServer.start { request in
            request.line.contains("/silent") ? [Self.streamHead] : []
        }
        let client = Self.client(server) {
            $0.headTime = .milliseconds(50)
            $0.silence = .milliseconds(50)
        }
        let late = await Self.failure { _ = try await client.collect(HTTPClientRequest(.GET, "/")) }
        #expect(late == .headTimeout)
        let silent = await Self.failure { _ = try await client.collect(HTTPClientRequest(.GET, "/silent")) }
        #expect(silent == .silent)
        let patient = Self.client(server)
        let slow = await Self.failure {
            _ = try await patient.collect(HTTPClientRequest(.GET, "/", timeLimit: .milliseconds(50)))
        }
        #expect(slow == .tooSlow)
        await server.stop()
    }

    /// Goal: each way of not being an answer has its name.
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", "cutOff"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", "cutOff"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "malformed"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "malformed"), ("HTTP/1.1 ", "closedBeforeAnswer"),
        ("HTTP/1.1 200 OK\r\nx: \(String(repeating: "x", count: 100_000))\r\n\r\n", "malformed"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n\(String(repeating: "x", count: 2_000))", "tooLarge"),
    ])
    func brokenAnswersFail(answer: String, word: String) async throws {
        let server = try await ScriptedServer.start { _ in [.send(answer), .close] }
        let failure = await Self.failure {
            _ = try await Self.client(server).collect(HTTPClientRequest(.GET, "/", maxAnswerBytes: 1_000))
        }
        #expect("\(String(describing: failure))".contains(word))
        await server.stop()
    }

    @Test func aRedirectIsAnAnswer() async throws {
        let server = try await ScriptedServer.start { _ in
            [.send("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")]
        }
        let answer = try await Self.client(server).collect(HTTPClientRequest(.GET, "/"))
        #expect(answer.status == 302 && server.now.requests.count == 1)
        await server.stop()
    }

    @Test func nobodyThereIsSaidSo() async throws {
        let server = try await ScriptedServer.start { _ in [] }
        await server.stop()
        let failure = await Self.failure { _ = try await Self.client(server).collect(HTTPClientRequest(.GET, "/")) }
        guard case .notConnected = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func connectionsAreBounded() async throws {
        let server = try await ScriptedServer.start { _ in [Self.streamHead] }
        let client = Self.client(server) { $0.connections = 1 }
        try await client.withResponse(HTTPClientRequest(.GET, "/")) { _ in
            let failure = await Self.failure { _ = try await client.collect(HTTPClientRequest(.GET, "/")) }
            #expect(failure == .tooManyConnections)
        }
        await server.stop()
    }

    /// Goal: a body nobody reads is not read from the socket either, and nothing of it is lost.
    @Test func aSlowReaderHoldsTheServerUp() async throws {
        let piece = String(repeating: "x", count: 1 << 20)
        let count = 16
        let server = try await ScriptedServer.start { _ in
            [.send("HTTP/1.1 200 OK\r\ncontent-length: \(count << 20)\r\n\r\n")]
                + [ScriptedServer.Act](repeating: .send(piece), count: count)
        }
        let client = Self.client(server)
        try await client.withResponse(HTTPClientRequest(.GET, "/", maxAnswerBytes: 1 << 30)) { response in
            var total = 0
            var largest = 0
            while let bytes = try await response.next() {
                total += bytes.readableBytes
                largest = max(largest, bytes.readableBytes)
            }
            #expect(total == count << 20)
            // What waits is one read more than the bound.
            #expect(largest < 2 << 20)
        }
        await server.stop()
    }

    @Test func certificatesAreChecked() async throws {
        let authority = try TestAuthority()
        let tls = try TLSContext.server(
            identity: try authority.identity("127.0.0.1"), requiresClientCertificate: false)
        let server = try await ScriptedServer.start(tls: tls) { _ in [Self.hello] }
        let origin = HTTPOrigin(isSecure: true, host: "127.0.0.1", port: server.port)
        let trusting = HTTPClient(
            origin, tls: try .client(authorityFile: authority.authorityFile),
            group: MultiThreadedEventLoopGroup.singleton)
        for _ in 0..<2 { #expect(try await trusting.collect(HTTPClientRequest(.GET, "/")).status == 200) }
        #expect(server.now.opened == 1)
        let others = try TestAuthority()
        let stranger = HTTPClient(
            origin, tls: try .client(authorityFile: others.authorityFile),
            group: MultiThreadedEventLoopGroup.singleton)
        let failure = await Self.failure { _ = try await stranger.collect(HTTPClientRequest(.GET, "/")) }
        guard case .closedBeforeAnswer(let detail) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(detail.contains("TLS"))
        #expect(server.now.requests.count == 2)
        await server.stop()
    }
}
