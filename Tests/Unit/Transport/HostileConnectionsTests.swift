// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc
import NIOCore
import Primitives
import RPC
import TestKit
import Testing
import Transport

@Suite struct HostileConnectionsTests {
    /// Goal: ten thousand connections of noise, of beginnings of TLS and of nothing leave no trap and no memory behind,
    /// and a peer with a certificate is answered as before.
    @Test func tenThousandStrangersLeaveNothingBehind() async throws {
        let fixture = try Fixture.shared.get()
        let server = fixture.makeServer(LineService().table)
        let port = try #require(try await server.bind().port)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            defer { tasks.cancelAll() }
            try await fixture.makeConnections(port).whileConnected { client in
                try await fixture.ready(client)
                var random = SeededRandomness(seed: 5)
                // Other tests of this process need memory meanwhile: a leak shows in every round, a neighbour not.
                var sizes: [Int] = []
                for _ in 0..<5 {
                    for _ in 0..<2_000 { Self.annoy(port, &random) }
                    let answer = try await client.unary(LineService.read, Line("x"), fixture.context())
                    #expect(answer.text == "a")
                    sizes.append(Int(parley_heap_bytes()))
                }
                let leastGrowth = zip(sizes, sizes.dropFirst()).map { $1 - $0 }.min() ?? 0
                #expect(leastGrowth < 2 << 20)
            }
            // Nor did they take the places of those who come after them.
            try await fixture.makeConnections(port).whileConnected { newcomer in
                try await fixture.ready(newcomer)
                _ = try await newcomer.unary(LineService.read, Line("x"), fixture.context())
            }
        }
    }

    /// The start of a real ClientHello: record and handshake header, version, random.
    private static let hello: [UInt8] =
        [0x16, 3, 1, 0, 0x80, 1, 0, 0, 0x7C, 3, 3] + (0..<32).map { $0 } + [0, 0, 2, 0x13, 1, 1, 0, 0, 0x51]

    private static func annoy(_ port: Int, _ random: inout SeededRandomness) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return }
        var bytes: [UInt8] = []
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        case 1:
            bytes = hello + (0..<64).map { _ in .random(in: 0...255, using: &random) }
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
        default: break
        }
        _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
