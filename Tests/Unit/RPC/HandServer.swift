// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import Primitives
import RPC
import Wire

/// A server that says hello and then only what it is told to, at the other end of a real client connection.
///
/// `@unchecked Sendable`: touched on the loop only.
final class HandServer: ByteTransport, @unchecked Sendable {
    static let loop = TestLoops.rawPeers
    let connection: ClientConnection
    private var received = ByteBuffer()

    init(
        _ pool: ConnectionPool, endpoint: Endpoint? = nil, zone: Zone = .unknown, time: any TimeSource = SystemTime(),
        concurrentCalls: UInt32? = nil
    ) {
        connection = ClientConnection(
            loop: Self.loop, limits: .standard, peer: .auth, pools: [pool], time: time,
            logger: Logger(label: "hand") { _ in SwiftLogNoOpLogHandler() }, endpoint: endpoint)
        connection.start(self, keepsAlive: false)
        var limits = WireLimits.standard
        if let concurrentCalls { limits.concurrentCalls = concurrentCalls }
        connection.receive(ByteBuffer(bytes: Preface(limits: limits, zone: zone).bytes))
    }

    /// A client of as many servers as there are zones, all in one pool.
    static func make(
        zones: [Zone], own: Zone = .unknown, endpoints: Endpoints? = nil, addresses: [Endpoint] = [],
        time: any TimeSource = SystemTime(), concurrentCalls: UInt32? = nil,
        onWaiting: @escaping @Sendable () -> Void = {}
    ) async throws -> (RPCClient, [HandServer]) {
        try await loop.eventLoop.submit {
            let pool = ConnectionPool(
                loop: loop, limits: .standard, endpoints: endpoints, zone: own, seed: 3, onWaiting: onWaiting)
            let servers = zones.enumerated().map { index, zone in
                HandServer(
                    pool, endpoint: addresses.isEmpty ? nil : addresses[index], zone: zone, time: time,
                    concurrentCalls: concurrentCalls)
            }
            loop.runBatch()
            return (RPCClient(service: .auth, pools: [pool], time: time), servers)
        }.get()
    }

    func write(_ bytes: ByteBuffer) { received.writeImmutableBuffer(bytes) }
    func close() {}

    /// The frames of a type written so far.
    private func headers(_ type: FrameType) -> [FrameHeader] {
        var rest = received
        rest.moveReaderIndex(forwardBy: Preface.size)
        var found: [FrameHeader] = []
        while rest.readableBytes >= FrameHeader.size {
            let header = rest.withUnsafeReadableBytes { $0.baseAddress.map { FrameHeader(reading: $0) } }
            guard let header else { return found }
            if header.type == type { found.append(header) }
            rest.moveReaderIndex(forwardBy: FrameHeader.size + Int(header.length))
        }
        return found
    }

    func opened() async throws -> [UInt32] { try await openings().map(\.stream) }
    func openings() async throws -> [FrameHeader] {
        try await Self.loop.eventLoop.submit { self.headers(.open) }.get()
    }
    /// Returns when the first call, and no other, has been cancelled because nobody wants it any more.
    func awaitCancel() async throws {
        while true {
            let cancelled = try await Self.loop.eventLoop.submit { self.headers(.cancel) }.get()
            if cancelled.map(\.stream) == [1], cancelled[0].value == StatusCode.cancelled.rawValue { return }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    func answer(_ stream: UInt32, _ text: String) async throws {
        try await hear(FrameHeader(.end, stream: stream, flags: .message), Array(text.utf8))
    }

    func fail(_ stream: UInt32, _ failure: Failure) async throws {
        try await hear(FrameHeader(.end, stream: stream, value: failure.code.rawValue), FailurePayload.encode(failure))
    }

    /// Says that it leaves and has looked at nothing, then goes.
    func leave() async throws {
        try await hear(FrameHeader(.goAway), GoAwayPayload.encode(lastStream: 0, text: ""))
        try await lose()
    }

    func lose() async throws {
        try await Self.loop.eventLoop.submit {
            self.connection.transportClosed()
            Self.loop.runBatch()
        }.get()
    }

    private func hear(_ header: FrameHeader, _ payload: [UInt8]) async throws {
        try await Self.loop.eventLoop.submit {
            var header = header
            header.length = UInt32(payload.count)
            self.connection.receive(ByteBuffer(bytes: header.bytes + payload))
            Self.loop.runBatch()
        }.get()
    }

    static func context(
        _ deadline: Duration = .seconds(20), time: any TimeSource = SystemTime()
    ) -> CallContext {
        CallContext(
            deadline: .after(deadline, from: time.now()),
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false))
    }
}

/// The number of the first server that has got `count` calls or more.
func whoGot(_ count: Int = 1, of servers: [HandServer]) async throws -> Int {
    while true {
        for (index, server) in servers.enumerated() where try await server.opened().count >= count { return index }
        await Task.yield()
    }
}
