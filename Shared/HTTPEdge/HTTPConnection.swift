// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import NIOHTTP1
import Primitives

/// Asks a connection to end as soon as no request is running on it.
struct HTTPDrain: Sendable {}

/// One client's connection: requests come in one after the other, each answer leaves before the next request starts.
///
/// Requests sent ahead wait here as parts, few of them; then the socket is no longer read, and the same holds for a
/// body nobody reads. All methods run on the connection's loop.
final class HTTPConnection: ChannelDuplexHandler, BatchFlushing {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A connection moves only forward.
    enum Phase {
        case open
        /// The last answer is on its way out; what still comes in is thrown away until the request ends, the client
        /// closes or time is up.
        case lingering(bytesLeft: Int)
        case closed
    }

    let loop: LoopExecutor
    let router: Router
    let limits: HTTPLimits
    let failureAnswer: FailureAnswer
    let observer: (any HTTPObserver)?
    let time: any TimeSource
    private(set) var remote = ""
    private(set) var context: ChannelHandlerContext?
    var phase = Phase.open
    var current: HTTPExchange?
    /// Whether the request's last byte has arrived.
    private(set) var isCurrentReceived = false
    /// Whether the connection's last bytes have left.
    private var isFarewellSent = false
    private var ahead = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 1)
    /// What is wrong with the bytes after the requests before them; answered once those are.
    private var parseFailure: HTTPFailure?
    private var isDraining = false
    private var isReadHeldBack = false
    private var needsFlush = false
    private var hasReadPart = false
    var date = HTTPDate()
    var timer = ConnectionTimer()
    /// What the socket had not taken when we last looked at a slow reader.
    var untakenBytes = 0

    init(loop: LoopExecutor, configuration: HTTPServer.Configuration) {
        self.loop = loop
        router = configuration.router
        limits = configuration.limits
        failureAnswer = configuration.failureAnswer
        observer = configuration.observer
        time = configuration.time
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        remote = context.remoteAddress?.ipAddress ?? ""
        expect(.head, within: limits.headTime)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        let part = unwrapInboundIn(data)
        guard case .open = phase else { return discard(part) }
        if !ahead.isEmpty || (current != nil && isCurrentReceived) {
            ahead.append(part)
        } else {
            take(part)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes that made no part are the beginning of a head. From here on it has the time of a head, not of an
        // idle connection.
        if !hasReadPart, current == nil { expect(.head, within: limits.headTime) }
        hasReadPart = false
        loop.runBatch()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if wantsNoMore { isReadHeldBack = true } else { context.read() }
    }

    private var wantsNoMore: Bool {
        guard case .open = phase else { return false }
        return ahead.count > limits.pipelinedParts || (current?.body.waitingBytes ?? 0) > limits.bufferedBodyBytes
    }

    func readOn() {
        guard isReadHeldBack, !wantsNoMore else { return }
        isReadHeldBack = false
        context?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            forget(.writing)
            current?.wakeWriters()
        } else {
            untakenBytes = .max
            expect(.writing, within: limits.writeTime)
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // When the connection ends in the middle of a request the decoder says so first; its end follows.
        guard context.channel.isActive else { return }
        guard case .open = phase, let error = error as? HTTPParserError else {
            // The socket or TLS failed, or garbage follows a farewell: there is nobody to answer.
            context.close(promise: nil)
            return
        }
        refuse(Self.failure(error))
    }

    /// The bytes that come next are not to be served: said at once when no request is before them, else in turn.
    func refuse(_ failure: HTTPFailure) {
        parseFailure = failure
        if let current, !isCurrentReceived, ahead.isEmpty {
            current.keepsAlive = false
            current.body.fail(failure)
        } else if current == nil {
            refuseConnection()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is HTTPDrain {
            isDraining = true
            current?.keepsAlive = false
            if current == nil, case .open = phase { context.close(promise: nil) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Requests

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes):
            guard let current else { return }
            current.body.receive(bytes)
            if current.isAnswered, current.body.receivedBytes > limits.lingerBytes {
                context?.close(promise: nil)
                return
            }
            if current.isAnswered { current.body.discard() }
            let owed = Duration.seconds(current.body.receivedBytes / max(1, limits.bodyBytesPerSecond))
            expect(.body, within: limits.bodyTime + owed, since: current.started)
        case .end:
            guard let current else { return }
            forget(.body)
            isCurrentReceived = true
            current.body.complete()
            if current.isAnswered { turnToNext() }
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        forget(.head)
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) }
        let body = RequestBody(loop: loop, announced: announced, maximumBytes: limits.bodyBytes)
        let exchange = HTTPExchange(head, connection: self, body: body, started: time.now())
        if isDraining { exchange.keepsAlive = false }
        current = exchange
        isCurrentReceived = false
        expect(.body, within: limits.bodyTime)
        body.wanted = { [weak self, unowned exchange] in self?.bodyIsWanted(exchange) }
        if head.version.minor > 0, head.headers[canonicalForm: "host"].count != 1 {
            exchange.keepsAlive = false
            let failure = HTTPFailure.malformed("A request names one host.")
            return answer(exchange, whole: failureAnswer(failure, exchange.request))
        }
        switch router.match(head.method, exchange.request.path) {
        case .handler(let handler, let parameters, let pattern):
            exchange.route = pattern
            exchange.run(handler, parameters)
        case .otherMethods(let methods): answer(exchange, whole: otherMethods(methods, exchange.request))
        case .none: answer(exchange, whole: failureAnswer(HTTPFailure.notFound, exchange.request))
        }
    }

    private func otherMethods(_ methods: [String], _ request: HTTPRequest) -> HTTPResponse {
        let allow: HTTPHeaders = ["allow": methods.joined(separator: ", ")]
        if request.method == .OPTIONS { return .empty(.noContent, headers: allow) }
        let failure = HTTPFailure(
            .methodNotAllowed, reason: "method_not_allowed",
            message: "This path answers \(methods.joined(separator: ", ")).", headers: allow)
        return failureAnswer(failure, request)
    }

    /// The answer is out and the request is in: the next one's turn.
    func turnToNext() {
        guard let done = current, done.isAnswered, isCurrentReceived || !done.keepsAlive else { return }
        current = nil
        done.release()
        guard done.keepsAlive else { return }
        expect(.idle, within: limits.idleTime)
        while !ahead.isEmpty, current == nil || !isCurrentReceived, case .open = phase { take(ahead.removeFirst()) }
        if current == nil, parseFailure != nil { refuseConnection() }
        if current == nil, isDraining, case .open = phase { context?.close(promise: nil) }
        readOn()
    }

    /// Answers bytes that are no HTTP, and ends the connection.
    private func refuseConnection() {
        guard case .open = phase, let failure = parseFailure else { return }
        isCurrentReceived = false
        let response = failureAnswer(failure, nil)
        guard case .bytes(let bytes) = response.body else { return closeAfterWriting(ByteBuffer()) }
        var buffer = ByteBuffer()
        ResponseText.writeHead(
            response, framing: .length(bytes.readableBytes), keepsAlive: false, isVersion10: false,
            date: date.text(at: time.timestamp()), into: &buffer)
        buffer.writeImmutableBuffer(bytes)
        closeAfterWriting(buffer)
    }

    private static func failure(_ error: HTTPParserError) -> HTTPFailure {
        if error == .headerOverflow {
            return HTTPFailure(
                .requestHeaderFieldsTooLarge, reason: "headers_too_large",
                message: "The request's headers are too large.")
        }
        if error == .invalidVersion {
            return HTTPFailure(
                .httpVersionNotSupported, reason: "http_version", message: "This port speaks HTTP/1.1 and HTTP/1.0.")
        }
        return .malformed("The request is not well-formed HTTP.")
    }

    // MARK: Flushing and the end

    /// Writes bytes; they leave when the batch of work that wrote them is done.
    func put(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>? = nil) {
        guard let context else { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        context.write(wrapOutboundOut(bytes), promise: promise)
        if !needsFlush {
            needsFlush = true
            loop.flushAfterBatch(self)
        }
    }

    func flushBatch() {
        needsFlush = false
        context?.flush()
    }

    private func discard(_ part: HTTPServerRequestPart) {
        guard case .lingering(let left) = phase else { return }
        switch part {
        case .head: break
        case .body(let bytes):
            phase = .lingering(bytesLeft: left - bytes.readableBytes)
            if left < bytes.readableBytes { context?.close(promise: nil) }
        case .end:
            isCurrentReceived = true
            if isFarewellSent { context?.close(promise: nil) }
        }
    }

    /// The last bytes are out. Closing now is safe when the client has said all it wanted.
    func farewellIsSent() {
        isFarewellSent = true
        if isCurrentReceived {
            context?.close(promise: nil)
        } else {
            expect(.lingering, within: limits.lingerTime)
        }
    }

    private func end() {
        guard context != nil else { return }
        context = nil
        phase = .closed
        timer.cancel()
        ahead.removeAll()
        if let current {
            self.current = nil
            current.abandon()
            if !current.isAnswered { tell(current, isAbandoned: true) }
        }
    }
}
