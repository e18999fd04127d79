// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import NIOCore
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPBoundsTests {
    @Test func anAnnouncedBodyTooLargeIsRefusedBeforeItArrives() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n")
            #expect(await client.until("\r\n\r\n").hasPrefix("HTTP/1.1 413 "))
        }
    }

    /// Goal: a sender who does not stop still sees why it was refused, and costs us no memory.
    @Test func anUnannouncedBodyTooLargeIsRefusedOnTheWay() async throws {
        var limits = HTTPLimits()
        limits.lingerBytes = 100_000
        try await withServer(limits: limits, routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
            let chunk = "400\r\n" + String(repeating: "x", count: 1_024) + "\r\n"
            var sent = 0
            // Ends when the server closes the connection under the sender's hands.
            while sent < 10_000, !client.now.isClosed {
                do { try await client.send(chunk) } catch { break }
                sent += 1
            }
            #expect(sent < 10_000)
            let text = await client.untilClosed()
            #expect(text.hasPrefix("HTTP/1.1 413 "))
            #expect(text.contains("connection: close"))
        }
    }

    @Test func headersTooLargeAndGarbageAreToldInTheServicesShape() async throws {
        let answer: FailureAnswer = { error, request in
            let failure = error as? HTTPFailure
            return .text("{\"code\":\"\(failure?.reason ?? "")\",\"nil\":\(request == nil)}", failure?.status ?? .ok)
        }
        try await withServer(failureAnswer: answer, routes: echoRoutes) { address in
            let long = String(repeating: "y", count: 40_000)
            let cases = [
                ("GET / HTTP/1.1\r\nhost: x\r\nx: \(long)\r\n\r\n", "431", "headers_too_large"),
                (
                    "GET / HTTP/1.1\r\nhost: x\r\n" + (0..<200).map { "x\($0): y\r\n" }.joined() + "\r\n", "431",
                    "headers_too_large"
                ),
                ("NONSENSE\r\n\r\n", "400", "malformed_request"),
                ("GET /\(long) HTTP/1.1\r\nhost: x\r\n\r\n", "431", "headers_too_large"),
                (
                    "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", "400",
                    "malformed_request"
                ),
            ]
            for (bytes, status, reason) in cases {
                let client = try await RawClient.connect(address)
                try await client.send(bytes)
                let text = await client.until("}")
                #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(bytes.prefix(60)) gave \(text.prefix(200))")
                #expect(text.contains("{\"code\":\"\(reason)\",\"nil\":true}"))
                await client.close()
            }
        }
    }

    @Test func garbageAfterAGoodRequestIsAnsweredInTurn() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /hello HTTP/1.1\r\nhost: x\r\n\r\nGARBAGE\r\n\r\n")
            let text = await client.until("400 ")
            #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test func aRequestNamesItsHost() async throws {
        try await withServer(routes: echoRoutes) { address in
            for headers in ["", "host: a\r\nhost: b\r\n"] {
                let client = try await RawClient.connect(address)
                try await client.send("GET /hello HTTP/1.1\r\n\(headers)\r\n")
                #expect(await client.untilClosed().hasPrefix("HTTP/1.1 400 "))
            }
        }
    }

    @Test func leaveToSendIsGivenWhenTheBodyIsWanted() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            let head = "HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n"
            try await client.send("POST /echo " + head)
            #expect(await client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("abc")
            #expect(await client.until("abc").contains("200 OK"))
            // A handler that does not want the body gives no leave, and the connection cannot go on.
            let other = try await RawClient.connect(address)
            try await other.send("POST /ignore " + head)
            let text = await other.until("ignored")
            #expect(text.hasPrefix("HTTP/1.1 200 OK"))
            #expect(text.contains("connection: close"))
        }
    }

    @Test func anUnreadSmallBodyLeavesTheConnectionUsable() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("POST /ignore HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab")
            _ = await client.until("ignored")
            try await client.send("cdeGET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await client.until("hello").hasSuffix("hello"))
        }
    }

    @Test func aHeadThatDribblesIsCutOff() async throws {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(50)
        try await withServer(limits: limits, routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /hello HTTP/1.1\r\nhos")
            #expect(await client.untilClosed().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func aBodyThatDoesNotComeIsCutOff() async throws {
        var limits = HTTPLimits()
        limits.bodyTime = .milliseconds(50)
        limits.lingerTime = .milliseconds(50)
        try await withServer(limits: limits, routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nab")
            #expect(await client.untilClosed().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        var limits = HTTPLimits()
        limits.idleTime = .milliseconds(50)
        try await withServer(limits: limits, routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await client.untilClosed().hasSuffix("hello"))
        }
    }

    @Test func connectionsBeyondTheBoundAreClosed() async throws {
        var limits = HTTPLimits()
        limits.connections = 1
        try await withServer(limits: limits, routes: echoRoutes) { address in
            let first = try await RawClient.connect(address)
            try await first.send("GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
            _ = await first.until("hello")
            let second = try await RawClient.connect(address)
            #expect(await second.untilClosed().isEmpty)
            try await first.send("GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
            _ = await first.until { $0.text.count(of: "hello") == 2 }
        }
    }
}
