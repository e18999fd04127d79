// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Told to the handlers behind once the handshake is done and the peer is who it says.
package struct TLSHandshakeCompleted: Sendable {
    /// DNS names of the peer's certificate; empty when it showed none.
    package var peerNames: [String]
    /// What ALPN agreed on, if anything.
    package var applicationProtocol: String?
    /// Whether it went on with an earlier session, without certificates being shown again.
    package var isResumed = false
}

/// Bounds of one TLS connection.
package struct TLSLimits: Sendable {
    /// From the start of the channel to the end of the handshake.
    package var handshakeTimeout: TimeAmount = .seconds(5)
    /// How long a peer may take to accept our last bytes and close_notify.
    package var closeTimeout: TimeAmount = .seconds(2)
    /// Plaintext written but not flushed, or written before the handshake is done.
    package var queuedBytes = 32 << 20

    package init() {}
}

/// TLS on a channel, by the system's OpenSSL.
///
/// All plaintext between two flushes becomes one `SSL_write` and one socket write: many small frames share a record.
/// A write's promise is kept until its ciphertext has left. What arrives is decrypted first and passed on afterwards,
/// so that whatever the handlers behind do in return finds the session at rest.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum Phase { case handshaking, open, closing, closed }

    private let session: TLSSession
    private let limits: TLSLimits
    private var phase = Phase.handshaking
    private var plain = ByteBuffer()
    private var promises: [EventLoopPromise<Void>] = []
    private var wantsFlush = false
    private var timeout: Scheduled<Void>?

    /// For a server's channel.
    package init(server: TLSContext, limits: TLSLimits = TLSLimits()) throws(TLSFailure) {
        session = try TLSSession(server, expecting: nil)
        self.limits = limits
    }

    /// For a client's channel. `expecting`: the DNS name or the address that the server's certificate must carry.
    package init(client: TLSContext, expecting: String, limits: TLSLimits = TLSLimits()) throws(TLSFailure) {
        session = try TLSSession(client, expecting: expecting)
        self.limits = limits
    }

    // MARK: Life

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard timeout == nil, phase == .handshaking else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timeout = context.eventLoop.scheduleTask(in: limits.handshakeTimeout) {
            let (handler, context) = bound.value
            guard handler.phase == .handshaking else { return }
            handler.fail(context, TLSFailure(.handshakeTimeout, "the peer did not finish in time"))
        }
        session.resume(at: context.remoteAddress?.description ?? "")
        handshake(context)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { finish() }

    private func finish() {
        phase = .closed
        timeout?.cancel()
        timeout = nil
        plain = ByteBuffer()
        let left = promises
        promises.removeAll()
        for promise in left { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    // MARK: In

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .handshaking || phase == .open else { return }
        let cipher = unwrapInboundIn(data)
        var arrived = context.channel.allocator.buffer(capacity: cipher.readableBytes)
        var isNew = false
        let outcome = session.withInput(cipher) { () -> TLSSession.Outcome in
            if phase == .handshaking {
                let outcome = session.handshake()
                guard case .done = outcome else { return outcome }
                isNew = true
            }
            return session.read(into: &arrived)
        }
        sendSpill(context)
        if isNew { opened(context) }
        if arrived.readableBytes > 0, phase == .open { context.fireChannelRead(wrapInboundOut(arrived)) }
        switch outcome {
        case .done, .needsInput: break
        case .closedByPeer: close(context: context, mode: .all, promise: nil)
        case .failed(let failure): fail(context, failure)
        }
    }

    private func handshake(_ context: ChannelHandlerContext) {
        let outcome = session.handshake()
        sendSpill(context)
        switch outcome {
        case .done: opened(context)
        case .needsInput: break
        case .closedByPeer: fail(context, TLSFailure(.handshake, "the peer closed"))
        case .failed(let failure): fail(context, failure)
        }
    }

    private func opened(_ context: ChannelHandlerContext) {
        guard phase == .handshaking else { return }
        phase = .open
        timeout?.cancel()
        timeout = nil
        context.fireUserInboundEventTriggered(
            TLSHandshakeCompleted(
                peerNames: session.peerNames, applicationProtocol: session.applicationProtocol,
                isResumed: session.isResumed))
        if wantsFlush { flush(context: context) }
    }

    // MARK: Out

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase == .handshaking || phase == .open else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        if let promise { promises.append(promise) }
        let bytes = unwrapOutboundIn(data)
        guard plain.readableBytes > 0 else {
            plain = bytes
            return
        }
        plain.writeImmutableBuffer(bytes)
        if plain.readableBytes > limits.queuedBytes {
            fail(context, TLSFailure(.tooMuchQueued, "more than \(limits.queuedBytes) bytes wait"))
        }
    }

    package func flush(context: ChannelHandlerContext) {
        guard phase == .open else {
            wantsFlush = phase == .handshaking
            return
        }
        wantsFlush = false
        encrypt(context)
        context.flush()
    }

    private func encrypt(_ context: ChannelHandlerContext) {
        guard plain.readableBytes > 0 else { return }
        let bytes = plain
        plain = ByteBuffer()
        var cipher = context.channel.allocator.buffer(capacity: bytes.readableBytes + 128)
        let outcome = session.write(bytes, into: &cipher)
        context.write(wrapOutboundOut(cipher), promise: takePromises(context))
        if case .failed(let failure) = outcome { fail(context, failure) }
    }

    /// One promise that keeps all those waiting.
    private func takePromises(_ context: ChannelHandlerContext) -> EventLoopPromise<Void>? {
        guard let first = promises.first else { return nil }
        let rest = promises.dropFirst()
        for promise in rest { first.futureResult.cascade(to: promise) }
        promises.removeAll()
        return first
    }

    private func sendSpill(_ context: ChannelHandlerContext) {
        guard session.hasSpill else { return }
        var cipher = context.channel.allocator.buffer(capacity: 2_048)
        session.takeSpill(into: &cipher)
        context.writeAndFlush(wrapOutboundOut(cipher), promise: nil)
    }

    // MARK: The end

    /// Sends close_notify after everything flushed, waits until it has left, and closes.
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard phase == .open, mode != .input else {
            if phase == .closing, mode != .input {
                context.channel.closeFuture.cascade(to: promise)
            } else {
                context.close(mode: mode, promise: promise)
            }
            return
        }
        encrypt(context)
        guard phase == .open else { return context.close(mode: .all, promise: promise) }
        phase = .closing
        var cipher = context.channel.allocator.buffer(capacity: 64)
        session.shutdown(into: &cipher)
        let sent = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        // A peer that reads nothing must not keep the socket open.
        let late = context.eventLoop.scheduleTask(in: limits.closeTimeout) {
            bound.value.close(mode: .all, promise: nil)
        }
        sent.futureResult.whenComplete { _ in
            late.cancel()
            bound.value.close(mode: .all, promise: promise)
        }
        context.writeAndFlush(wrapOutboundOut(cipher), promise: sent)
    }

    private func fail(_ context: ChannelHandlerContext, _ failure: TLSFailure) {
        guard phase == .handshaking || phase == .open else { return }
        phase = .closing
        // The alert that says why, if OpenSSL has written one.
        sendSpill(context)
        context.fireErrorCaught(failure)
        context.close(mode: .all, promise: nil)
    }
}
