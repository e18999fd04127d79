// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import Primitives
import RPC
import Wire

/// A caller that writes frames by hand, against a real server end: for everything a well-behaved client never does.
///
/// `@unchecked Sendable`: touched on the loop only.
final class RawPeer: ByteTransport, @unchecked Sendable {
    struct Frame: Equatable {
        var header: FrameHeader
        var payload: [UInt8]
    }

    let server: ServerConnection
    private var received = ByteBuffer()
    private var hasPreface = false
    private(set) var frames: [Frame] = []
    private(set) var isClosed = false

    init(_ service: EchoService, limits: WireLimits = .standard) {
        var logger = Logger(label: "raw-peer")
        logger.logLevel = .critical
        server = ServerConnection(
            loop: TestLoops.rawPeers, limits: limits, peer: .gateway, table: service.table, observer: nil,
            time: SystemTime(), logger: logger)
        server.start(self, keepsAlive: false)
    }

    /// Runs `body` on the loop with a peer that has said hello.
    static func with<R: Sendable>(
        _ service: EchoService = EchoService(), limits: WireLimits = .standard,
        _ body: @escaping @Sendable (RawPeer) throws -> R
    ) async throws -> R {
        try await TestLoops.rawPeers.eventLoop.submit {
            let peer = RawPeer(service, limits: limits)
            peer.send(Preface(limits: limits).bytes)
            defer { peer.server.transportClosed() }
            return try body(peer)
        }.get()
    }

    func send(_ bytes: [UInt8]) {
        server.receive(ByteBuffer(bytes: bytes))
        TestLoops.rawPeers.runBatch()
    }

    func send(_ header: FrameHeader, _ payload: [UInt8] = []) {
        var header = header
        header.length = UInt32(payload.count)
        send(header.bytes + payload)
    }

    /// An OPEN frame's payload: no metadata but its empty head, and a message.
    static func opening(_ text: String) -> [UInt8] { [4, 0, 0, 0, 0, 0] + Array(text.utf8) }

    func open(_ stream: UInt32, _ method: UInt16, _ text: String, flags: FrameFlags = [.message, .lastFromCaller]) {
        send(FrameHeader(.open, stream: stream, flags: flags, method: method, value: 10_000), Self.opening(text))
    }

    /// The last frame that ends the connection, if one has come.
    var goAway: StatusCode? {
        frames.last { $0.header.type == .goAway }.map { StatusCode(rawValue: $0.header.value) }
    }

    func ending(of stream: UInt32) -> StatusCode? {
        frames.first { $0.header.type == .end && $0.header.stream == stream }
            .map { StatusCode(rawValue: $0.header.value) }
    }

    // MARK: ByteTransport

    func write(_ bytes: ByteBuffer) {
        received.writeImmutableBuffer(bytes)
        if !hasPreface {
            guard received.readableBytes >= Preface.size else { return }
            received.moveReaderIndex(forwardBy: Preface.size)
            hasPreface = true
        }
        while received.readableBytes >= FrameHeader.size {
            let header = received.withUnsafeReadableBytes { $0.baseAddress.map { FrameHeader(reading: $0) } }
            guard let header, received.readableBytes >= FrameHeader.size + Int(header.length) else { return }
            received.moveReaderIndex(forwardBy: FrameHeader.size)
            frames.append(Frame(header: header, payload: received.readBytes(length: Int(header.length)) ?? []))
        }
    }

    func close() { isClosed = true }
}
