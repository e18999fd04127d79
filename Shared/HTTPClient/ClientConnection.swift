// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import NIOHTTP1

/// One connection to a server: one exchange at a time, then perhaps another.
///
/// `@unchecked Sendable`: confined to its loop; what is called from elsewhere goes there first.
final class ClientConnection: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    let loop: LoopExecutor
    private let limits: HTTPClientLimits
    private var context: ChannelHandlerContext?
    private var exchange: ClientExchange?
    private var answerBytesLeft = 0
    private var keepsAlive = false
    private var hasHead = false
    private var isReadHeldBack = false
    private var lastRead = NIODeadline.now()
    private var timers: [Scheduled<Void>] = []
    /// The exchange is over for its reader; the connection waits for its last bytes.
    private var onFree: ((Bool) -> Void)?
    /// The connection is kept for the next request and has ended meanwhile.
    private var onLost: (() -> Void)?
    private var failure: (any Error)?

    init(loop: LoopExecutor, limits: HTTPClientLimits) {
        self.loop = loop
        self.limits = limits
    }

    var isOpen: Bool { context?.channel.isActive ?? false }

    // MARK: An exchange, on the loop

    func begin(_ exchange: ClientExchange, _ request: HTTPClientRequest, _ origin: HTTPOrigin) {
        // What ends a kept connection must not end this exchange.
        stopTimers()
        onLost = nil
        self.exchange = exchange
        answerBytesLeft = request.maxAnswerBytes
        keepsAlive = false
        hasHead = false
        guard let context, isOpen else {
            return exchange.fail(HTTPClientFailure.closedBeforeAnswer(detail: "the connection has ended"))
        }
        context.write(wrapOutboundOut(.head(request.head(for: origin))), promise: nil)
        if let body = request.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        after(limits.headTime) { connection in
            if !connection.hasHead { connection.end(HTTPClientFailure.headTimeout) }
        }
        if let limit = request.timeLimit {
            after(limit) { $0.end(HTTPClientFailure.tooSlow) }
        }
    }

    /// The exchange's reader has left. Tells whether the connection can take another request.
    func release(_ free: @escaping (Bool) -> Void) {
        guard let exchange, isOpen else {
            close()
            return free(false)
        }
        if exchange.isComplete {
            settle(free)
        } else if exchange.isEnough {
            onFree = free
            readOn()
            after(limits.farewellTime) { $0.giveUp() }
        } else {
            close()
            free(false)
        }
    }

    private func settle(_ free: (Bool) -> Void) {
        stopTimers()
        exchange = nil
        if !keepsAlive { close() }
        free(keepsAlive)
    }

    private func giveUp() {
        guard let free = onFree else { return }
        onFree = nil
        close()
        free(false)
    }

    /// Keeps the connection without a request until `lost` is called or another begins.
    func rest(_ lost: @escaping () -> Void) {
        guard isOpen else { return lost() }
        onLost = lost
        after(limits.keepTime) { $0.close() }
    }

    func close() {
        stopTimers()
        let left = exchange
        exchange = nil
        // Nobody who still reads is left waiting.
        left?.fail(HTTPClientFailure.aborted)
        context?.close(promise: nil)
    }

    /// An exchange has failed at its reader's. When word of it comes the connection may serve another already.
    func abort(_ failed: ClientExchange) {
        if exchange === failed { close() }
    }

    /// The reader can take more.
    func readOn() {
        guard isReadHeldBack else { return }
        isReadHeldBack = false
        lastRead = .now()
        context?.read()
    }

    private func end(_ failure: HTTPClientFailure) {
        exchange?.fail(failure)
        close()
    }

    private func after(_ delay: TimeAmount, _ body: @escaping @Sendable (ClientConnection) -> Void) {
        timers.append(loop.eventLoop.scheduleTask(in: delay) { [weak self] in if let self { body(self) } })
    }

    private func stopTimers() {
        for timer in timers { timer.cancel() }
        timers.removeAll(keepingCapacity: true)
    }

    /// Looks after the time of a silence whether there was one: one timer for a whole body, not one for each read.
    private func watchSilence(in delay: TimeAmount) {
        after(delay) { connection in
            guard let exchange = connection.exchange, connection.hasHead else { return }
            let silent = NIODeadline.now() - connection.lastRead
            if exchange.isAwaited, silent >= connection.limits.silence {
                connection.end(HTTPClientFailure.silent)
            } else {
                let left = connection.limits.silence - silent
                connection.watchSilence(in: left > .zero ? left : connection.limits.silence)
            }
        }
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else {
            // Nothing was asked: whatever this server says, it does not keep to the protocol.
            return context.close(promise: nil)
        }
        switch unwrapInboundIn(data) {
        case .head(let head):
            hasHead = true
            keepsAlive = head.isKeepAlive
            lastRead = .now()
            watchSilence(in: limits.silence)
            exchange.receive(head)
        case .body(let bytes):
            answerBytesLeft -= bytes.readableBytes
            guard answerBytesLeft >= 0 else { return end(.tooLarge(limit: -answerBytesLeft)) }
            exchange.receive(bytes)
        case .end:
            exchange.complete()
            guard let free = onFree else { return }
            onFree = nil
            settle(free)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let exchange {
            lastRead = .now()
            exchange.readIsOver()
        }
        loop.runBatch()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if let exchange, exchange.isFull, !exchange.isEnough { isReadHeldBack = true } else { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if failure == nil { failure = error }
        // A body that ends with its connection is cut off; whatever else the decoder says is no HTTP.
        if let error = error as? HTTPParserError, error != .invalidEOFState {
            exchange?.fail(HTTPClientFailure.malformed(detail: "\(error)"))
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopTimers()
        let why = failure.map { "\($0)" } ?? "closed by the server"
        let failure: HTTPClientFailure = hasHead ? .cutOff(detail: why) : .closedBeforeAnswer(detail: why)
        exchange?.fail(failure)
        exchange = nil
        onFree?(false)
        onFree = nil
        onLost?()
        onLost = nil
        loop.runBatch()
        context.fireChannelInactive()
    }
}
