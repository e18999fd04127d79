// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import NIOCore
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPServerTests {
    @Test func oneConnectionServesManyRequests() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            for count in 1...3 {
                try await client.send("GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
                let text = await client.until { $0.text.count(of: "hello") == count }.text
                #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(text.contains("content-length: 5\r\n"))
                #expect(text.contains("date: "))
            }
        }
    }

    /// Goal: answers leave in the order of the requests even when the first takes longest.
    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            echoRoutes(&router)
            router.on(.GET, "/slow") { _, _ in
                await gate.pass()
                return .text("slow")
            }
        }) { address in
            let client = try await RawClient.connect(address)
            let get = { (path: String) in "GET \(path) HTTP/1.1\r\nhost: x\r\n\r\n" }
            let post = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody"
            try await client.send(get("/slow") + get("/hello") + post + get("/v1/files/7"))
            gate.open()
            let text = await client.until("file 7")
            let order = ["slow", "hello", "body", "file 7"].compactMap { text.position(of: "\r\n\r\n" + $0) }
            #expect(order.count == 4)
            #expect(order == order.sorted())
        }
    }

    @Test func requestsMayArriveByteByByte() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            for byte in "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nsplit" {
                try await client.send(String(byte))
            }
            #expect(await client.until("split").hasSuffix("\r\n\r\nsplit"))
        }
    }

    @Test func chunkedBodiesAreCollected() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
            try await client.send("4\r\ndefg\r\n0\r\n\r\n")
            #expect(await client.until("abcdefg").hasSuffix("\r\n\r\nabcdefg"))
        }
    }

    @Test func unknownPathsAndMethodsAreToldApart() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await client.until("\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
            try await client.send("DELETE /hello HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await client.until("405 ").contains("allow: GET, HEAD, OPTIONS\r\n"))
            try await client.send("OPTIONS /echo HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await client.until("204 ").contains("allow: OPTIONS, POST\r\n"))
        }
    }

    @Test func headIsGetWithoutItsBody() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("HEAD /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            let text = await client.untilClosed()
            #expect(text.contains("content-length: 5\r\n"))
            #expect(text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func streamedHeadLeavesWithTheFirstChunk() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /stream HTTP/1.1\r\nhost: x\r\n\r\n")
            let state = await client.until { $0.text.hasSuffix("0\r\n\r\n") }
            #expect(state.reads[0].contains("\r\n\r\n3\r\none\r\n"))
            #expect(state.text.hasSuffix("3\r\none\r\n4\r\ntwo!\r\n0\r\n\r\n"))
        }
    }

    @Test func oldClientsGetTheirStreamUnchunkedAndClosed() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /stream HTTP/1.0\r\n\r\n")
            let text = await client.untilClosed()
            #expect(text.hasSuffix("\r\n\r\nonetwo!"))
            #expect(!text.contains("chunked"))
        }
    }

    @Test func connectionCloseIsHonoured() async throws {
        try await withServer(routes: echoRoutes) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            #expect(await client.untilClosed().contains("connection: close\r\n"))
        }
    }

    @Test func aHandlersErrorBecomesItsAnswer() async throws {
        struct Broken: Error {}
        try await withServer(routes: { router in
            router.on(.GET, "/broken") { _, _ in throw Broken() }
            router.on(.GET, "/late") { _, _ in
                HTTPResponse(
                    body: .stream { writer in
                        try await writer.write(ByteBuffer(string: "part"))
                        throw Broken()
                    })
            }
        }) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /broken HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await client.until("\r\n\r\n").hasPrefix("HTTP/1.1 500 "))
            // Too late for another status: the body must not look complete.
            try await client.send("GET /late HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await !client.untilClosed().hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func lineBreaksInHeadersStayInTheirHeader() async throws {
        try await withServer(routes: { router in
            router.on(.GET, "/h") { _, _ in
                HTTPResponse(headers: ["x-a": "b\r\nx-evil: 1", "bad name": "c"], body: .bytes(ByteBuffer()))
            }
        }) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /h HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            let text = await client.untilClosed()
            #expect(text.contains("x-a: b  x-evil: 1\r\n"))
            #expect(!text.contains("bad name"))
        }
    }
}

extension String {
    func position(of text: String) -> Int? {
        let bytes = Array(utf8)
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return (0...(bytes.count - wanted.count)).first { Array(bytes[$0..<($0 + wanted.count)]) == wanted }
    }

    func count(of text: String) -> Int {
        var count = 0
        var rest = self
        while let at = rest.position(of: text) {
            count += 1
            rest = String(decoding: Array(rest.utf8).dropFirst(at + text.utf8.count), as: UTF8.self)
        }
        return count
    }
}
