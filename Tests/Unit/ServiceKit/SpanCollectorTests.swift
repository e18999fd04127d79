// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct SpanCollectorTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    @Test func batchesArePostedToTheCollector() async throws {
        let received = Mutex<[String]>([])
        var router = Router()
        router.on(.POST, "/v1/traces") { request, _ in
            let body = try await request.body(atMost: 1_000)
            received.withLock { $0.append("\(request.header("content-type") ?? "") \(String(buffer: body))") }
            return .empty(body.readableBytes > 5 ? .ok : .badRequest)
        }
        let server = HTTPServer(.init(name: "collector", host: "127.0.0.1", port: 0, router: router), group: group)
        let port = try await server.bind().port ?? 0
        let collector = try #require(SpanCollector(address: "http://127.0.0.1:\(port)", group: group))
        #expect(await collector.export(Array("{\"resourceSpans\":[]}".utf8)))
        #expect(await !collector.export(Array("{}".utf8)))
        await server.drain()
        #expect(await !collector.export(Array("{}".utf8)))
        #expect(received.withLock { $0 } == ["application/json {\"resourceSpans\":[]}", "application/json {}"])
    }

    @Test(arguments: ["https://a", "a:4318", "http://", "http://a:0", "http://a:b"])
    func onlyPlainHTTPAddressesAreTaken(address: String) {
        #expect(SpanCollector(address: address, group: group) == nil)
    }
}
