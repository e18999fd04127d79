// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import Primitives
import RPC
import TLS

/// The last handler of a channel: gives decrypted bytes to a `Connection` and takes its bytes.
///
/// The connection exists from the moment the peer has proved its name; before that nothing of a peer is looked at.
final class ConnectionHandler: ChannelInboundHandler, ByteTransport {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: LoopExecutor
    /// Makes the connection for a peer that has shown these names, or nil to refuse it.
    private let connect: ([String]) -> Connection?
    private let failed: (any Error) -> Void
    private let tap: (any WireTap)?
    private let handshakes: HandshakeCounts
    private(set) var connection: Connection?
    private var context: ChannelHandlerContext?

    init(
        loop: LoopExecutor, handshakes: HandshakeCounts, tap: (any WireTap)? = nil,
        connect: @escaping ([String]) -> Connection?, failed: @escaping (any Error) -> Void
    ) {
        self.loop = loop
        self.handshakes = handshakes
        self.tap = tap
        self.connect = connect
        self.failed = failed
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let handshake = event as? TLSHandshakeCompleted else {
            return context.fireUserInboundEventTriggered(event)
        }
        handshakes.count(handshake)
        guard let connection = connect(handshake.peerNames) else { return context.close(promise: nil) }
        self.connection = connection
        tap?.connected()
        connection.start(self, keepsAlive: true)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        tap?.received(bytes)
        connection?.receive(bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // All that this batch of frames has caused runs now and leaves in one record.
        loop.runBatch()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection?.writabilityChanged(context.channel.isWritable)
        loop.runBatch()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection?.transportClosed()
        connection = nil
        loop.runBatch()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failed(error)
        context.close(promise: nil)
    }

    // MARK: ByteTransport

    func write(_ bytes: ByteBuffer) {
        guard let context else { return }
        tap?.sent(bytes)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func close() { context?.close(promise: nil) }
}

/// Socket options that both ends want.
enum SocketTuning {
    /// Bytes the kernel has not taken. Above the higher mark writers wait, below the lower they go on: a megabyte is
    /// a few milliseconds of a fast network, so the socket never runs dry.
    static let waterMarks = ChannelOptions.Types.WriteBufferWaterMark(low: 256 << 10, high: 1 << 20)
    /// Octets asked for in one read. The larger, the more frames share a batch; a quiet connection shrinks to 2 KiB.
    static var readSizes: AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 2 << 10, initial: 16 << 10, maximum: 256 << 10)
    }
}
