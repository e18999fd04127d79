// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import Primitives
import RPC
import TestKit
import Testing
import Wire

/// What a caller does with a server that breaks its word; FrameRuleTests ask the same of the server's end.
@Suite struct LyingServerTests {
    /// A server that says hello and then what it is told to. `@unchecked Sendable`: touched on the loop only.
    private final class Server: ByteTransport, @unchecked Sendable {
        let connection: ClientConnection
        private var received = ByteBuffer()
        private(set) var isClosed = false

        init(_ pool: ConnectionPool, _ limits: WireLimits) {
            connection = ClientConnection(
                loop: pool.loop, limits: limits, peer: .auth, pools: [pool], time: SystemTime(),
                logger: Logger(label: "liar") { _ in SwiftLogNoOpLogHandler() })
            connection.start(self, keepsAlive: false)
            connection.receive(ByteBuffer(bytes: Preface(limits: limits).bytes))
        }

        func write(_ bytes: ByteBuffer) { received.writeImmutableBuffer(bytes) }
        func close() { isClosed = true }

        /// The last frame of a type that the caller has written.
        func last(_ type: FrameType) -> FrameHeader? {
            var rest = received
            rest.moveReaderIndex(forwardBy: Preface.size)
            var found: FrameHeader?
            while rest.readableBytes >= FrameHeader.size {
                guard let header = rest.withUnsafeReadableBytes({ $0.baseAddress.map { FrameHeader(reading: $0) } })
                else { return found }
                if header.type == type { found = header }
                rest.moveReaderIndex(forwardBy: FrameHeader.size + Int(header.length))
            }
            return found
        }
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var status: StatusCode

        init(_ name: String, _ header: FrameHeader, octets: Int = 0, times: Int = 1, _ status: StatusCode = .internal) {
            testDescription = name
            var header = header
            if octets > 0 { header.length = UInt32(octets) }
            let frame = header.bytes + [UInt8](repeating: 65, count: octets)
            bytes = (0..<times).flatMap { _ in frame }
            self.status = status
        }
    }

    private static var limits: WireLimits {
        var limits = WireLimits.standard
        limits.streamCredit = 1_000
        limits.connectionCredit = 5_000
        return limits
    }

    static let lies = [
        Lie(
            "more than the stream's credit", FrameHeader(.data, stream: 1), octets: 1_000, times: 2,
            .resourceExhausted),
        Lie(
            "more than the connection's credit", FrameHeader(.data, stream: 1), octets: 6_000, times: 2,
            .resourceExhausted),
        Lie("a longer frame than allowed", FrameHeader(.data, stream: 1, length: .max), .resourceExhausted),
        Lie("a grant of nothing", FrameHeader(.credit, value: 0)),
        Lie("a grant beyond all bounds", FrameHeader(.credit, value: .max)),
        Lie("the same for a call", FrameHeader(.credit, stream: 1, value: .max)),
        Lie("an element of a call nobody made", FrameHeader(.data, stream: 2), octets: 1),
        Lie("the end of a call nobody made", FrameHeader(.end, stream: 2)),
        Lie("an answer that is a failure", FrameHeader(.end, stream: 1, flags: .message, value: 3), octets: 1),
        Lie("a failure longer than any", FrameHeader(.end, stream: 1, value: 3), octets: 2_000),
        Lie("a call of its own", FrameHeader(.open, stream: 2, method: 1, value: 1), octets: 6),
        Lie("the caller's own CANCEL", FrameHeader(.cancel, stream: 1, value: 1)),
    ]

    @Test(arguments: lies) func aLieEndsTheConnectionAndItsCalls(_ lie: Lie) async throws {
        let loop = TestLoops.rawPeers
        let (client, server) = try await loop.eventLoop.submit {
            let pool = ConnectionPool(loop: loop, limits: Self.limits)
            let server = Server(pool, Self.limits)
            loop.runBatch()
            return (RPCClient(service: .auth, pools: [pool], limits: Self.limits), server)
        }.get()
        let mayRead = Latch()
        async let failure = Self.follow(client, mayRead)
        while try await loop.eventLoop.submit({ server.last(.open) == nil }).get() { await Task.yield() }
        try await loop.eventLoop.submit {
            server.connection.receive(ByteBuffer(bytes: lie.bytes))
            loop.runBatch()
        }.get()
        mayRead.open()
        #expect(await failure?.code == .unavailable)
        let (status, isClosed) = try await loop.eventLoop.submit {
            (server.last(.goAway).map { StatusCode(rawValue: $0.value) }, server.isClosed)
        }.get()
        #expect(status == lie.status)
        #expect(isClosed)
    }

    /// A stream that nobody reads before the lie is told.
    private static func follow(_ client: RPCClient, _ mayRead: Latch) async -> Failure? {
        let context = CallContext(
            deadline: .after(.seconds(20), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
        do {
            try await client.serverStreaming(EchoService.count, EchoMessage("forever"), context) { reader in
                try await mayRead.wait()
                while try await reader.next() != nil {}
            }
            return nil
        } catch {
            return Failure.untranslated(error)
        }
    }
}
