// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import Primitives
import RPC
import Testing
import Wire

/// Goal: a call that may have run is not run again because its server took its leave.
@Suite struct GoAwayTests {
    /// A server that says hello and then only what it is told to. `@unchecked Sendable`: touched on the loop only.
    private final class Server: ByteTransport, @unchecked Sendable {
        let connection: ClientConnection
        private var received = ByteBuffer()

        init(_ pool: ConnectionPool, _ loop: LoopExecutor) {
            connection = ClientConnection(
                loop: loop, limits: .standard, peer: .auth, pools: [pool], time: SystemTime(),
                logger: Logger(label: "go-away") { _ in SwiftLogNoOpLogHandler() })
            connection.start(self, keepsAlive: false)
            connection.receive(ByteBuffer(bytes: Preface(limits: .standard).bytes))
        }

        func write(_ bytes: ByteBuffer) { received.writeImmutableBuffer(bytes) }
        func close() {}

        /// OPEN frames written so far.
        var opened: Int {
            var rest = received
            rest.moveReaderIndex(forwardBy: Preface(limits: .standard).bytes.count)
            var count = 0
            while rest.readableBytes >= FrameHeader.size {
                let header = rest.withUnsafeReadableBytes { $0.baseAddress.map { FrameHeader(reading: $0) } }
                guard let header else { return count }
                if header.type == .open { count += 1 }
                rest.moveReaderIndex(forwardBy: FrameHeader.size + Int(header.length))
            }
            return count
        }

        func leave(_ status: StatusCode) {
            let payload = GoAwayPayload.encode(lastStream: 0, text: "")
            let header = FrameHeader(.goAway, length: UInt32(payload.count), value: status.rawValue)
            connection.receive(ByteBuffer(bytes: header.bytes + payload))
            connection.transportClosed()
        }
    }

    @Test(arguments: [(StatusCode.ok, 2), (.internal, 1)])
    func onlyAPeacefulLeaveSaysThatNothingRan(status: StatusCode, opened: Int) async throws {
        let loop = TestLoops.rawPeers
        let (client, servers) = try await loop.eventLoop.submit {
            let pool = ConnectionPool(loop: loop, limits: .standard)
            let servers = [Server(pool, loop), Server(pool, loop)]
            loop.runBatch()
            return (RPCClient(service: .auth, pools: [pool]), servers)
        }.get()
        let context = CallContext(
            deadline: .after(.seconds(2), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
        async let answer = Self.failure(client, context)
        let first = try await waitForOpen(servers, loop)
        try await loop.eventLoop.submit {
            servers[first].leave(status)
            loop.runBatch()
        }.get()
        if opened > 1 {
            // Nobody looked at it, so it goes to the other server, which leaves too.
            let second = 1 - first
            while try await loop.eventLoop.submit({ servers[second].opened }).get() == 0 { await Task.yield() }
            try await loop.eventLoop.submit {
                servers[second].connection.transportClosed()
                loop.runBatch()
            }.get()
        }
        #expect(await answer?.code == .unavailable)
        let all = try await loop.eventLoop.submit { servers.map(\.opened).reduce(0, +) }.get()
        #expect(all == opened)
    }

    private static func failure(_ client: RPCClient, _ context: CallContext) async -> Failure? {
        do throws(Failure) {
            _ = try await client.unary(EchoService.change, EchoMessage("once"), context)
            return nil
        } catch {
            return error
        }
    }

    private func waitForOpen(_ servers: [Server], _ loop: LoopExecutor) async throws -> Int {
        while true {
            let found = try await loop.eventLoop.submit { servers.firstIndex { $0.opened > 0 } }.get()
            if let found { return found }
            await Task.yield()
        }
    }
}
