// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import NIOCore
import NIOHTTP1
import NIOPosix
import TLS
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPSecurityTests {
    /// Goal: a foreign client, curl with its own TLS library, speaks with the port: answers large and small, streamed,
    /// and by ALPN.
    @Test func aForeignClientIsServedOverTLS() async throws {
        let authority = try TestAuthority()
        let tls = try TLSContext.server(
            identity: try authority.identity("localhost", "127.0.0.1"), requiresClientCertificate: false,
            applicationProtocols: ["http/1.1"])
        var router = Router()
        echoRoutes(&router)
        let large = 8 << 20
        router.on(.GET, "/large") { _, _ in
            HTTPResponse(body: .bytes(ByteBuffer(repeating: UInt8(ascii: "x"), count: large)))
        }
        router.on(.POST, "/count") { request, _ in
            .text("\(try await request.body(atMost: 16 << 20).readableBytes)")
        }
        let server = HTTPServer(
            .init(name: "test", host: "127.0.0.1", port: 0, router: router, tls: TLSSource(tls)),
            group: MultiThreadedEventLoopGroup.singleton)
        let port = try await server.bind().port ?? 0
        let curl = { (arguments: [String]) in
            let command = ["curl", "-sS", "--cacert", authority.authorityFile] + arguments
            return try await runBlocking { try ChildProcess.run(command) }
        }
        let root = "https://localhost:\(port)"
        #expect(try await curl(["\(root)/hello", "\(root)/stream"]) == "helloonetwo!")
        let size = ["-o", "/dev/null", "-w", "%{size_download} %{http_version}", "\(root)/large"]
        #expect(try await curl(size) == "\(large) 1.1")
        let folder = try TestFolder.make("edge")
        defer { TestFolder.remove(folder) }
        try TestFolder.write(String(repeating: "y", count: 3 << 20), to: folder + "/body")
        // curl asks for leave by `Expect: 100-continue` before a body of this size.
        #expect(try await curl(["--data-binary", "@\(folder)/body", "\(root)/count"]) == "\(3 << 20)")
        await #expect(throws: (any Error).self) {
            try await runBlocking { try ChildProcess.run(["curl", "-sS", "\(root)/hello"]) }
        }
        await server.drain()
    }
}
