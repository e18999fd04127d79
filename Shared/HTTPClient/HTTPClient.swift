// SPDX-License-Identifier: Apache-2.0

import Loops
package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
package import TLS

/// Asks one server over HTTP/1.1, on connections that are kept for a while.
///
/// An exchange runs on the event loop of whoever asks, so that its bytes are read where they are wanted. Redirects are
/// answers like others; nothing is repeated, but for a request that was sent into a kept connection which ended before
/// a byte came back: the server closed it while the request was on its way and has not read it.
package final class HTTPClient: Sendable {
    package let origin: HTTPOrigin
    private let tls: TLSContext?
    private let limits: HTTPClientLimits
    /// For those who ask from no loop: always the same, so that they find the connections of each other.
    private let fallback: any EventLoop

    private struct State {
        var open = 0
        /// By loop; the one used last is taken first, so that the others grow old.
        var kept: [ObjectIdentifier: [ClientConnection]] = [:]
    }
    private let state = Mutex(State())

    /// - Parameter tls: needed for an origin that is secure, and used by no other.
    package init(
        _ origin: HTTPOrigin, tls: TLSContext? = nil, limits: HTTPClientLimits = HTTPClientLimits(),
        group: any EventLoopGroup
    ) {
        precondition(!origin.isSecure || tls != nil, "a secure origin needs a TLS context")
        self.origin = origin
        self.tls = origin.isSecure ? tls : nil
        self.limits = limits
        fallback = group.any()
    }

    package var openConnections: Int { state.withLock { $0.open } }
    package var keptConnections: Int { state.withLock { $0.kept.values.reduce(0) { $0 + $1.count } } }

    /// Sends a request and lends its answer. The connection is kept when the answer was read to its end; leaving
    /// earlier, by an error or by cancellation, closes it at once, which is how a server learns that nobody reads.
    /// - Throws: `HTTPClientFailure`, `CancellationError`, or what `body` throws.
    package func withResponse<R>(
        _ request: HTTPClientRequest, _ body: (HTTPClientResponse) async throws -> R
    ) async throws -> R {
        var mayTryAgain = true
        while true {
            let (connection, isKept) = try await acquire(mayBeKept: mayTryAgain)
            let loop = connection.loop
            let exchange = ClientExchange(
                bufferedBytes: limits.bufferedBytes,
                onRoom: { loop.execute { connection.readOn() } },
                onAbort: { exchange in loop.execute { connection.abort(exchange) } })
            loop.execute { [origin] in connection.begin(exchange, request, origin) }
            var hasHead = false
            do {
                let head = try await exchange.head()
                hasHead = true
                let result = try await body(HTTPClientResponse(exchange, head))
                await giveBack(connection)
                return result
            } catch {
                await giveBack(connection)
                guard case HTTPClientFailure.closedBeforeAnswer = error, isKept, mayTryAgain, !hasHead else {
                    throw error
                }
                mayTryAgain = false
            }
        }
    }

    /// Sends a request and reads its whole answer, as much as the request allows.
    package func collect(_ request: HTTPClientRequest) async throws -> (status: Int, body: ByteBuffer) {
        try await withResponse(request) { response in
            (response.status, try await response.collect(atMost: request.maxAnswerBytes))
        }
    }

    // MARK: Connections

    /// - Parameter mayBeKept: whether one from before will do. Where one was lost, the others may be too.
    private func acquire(mayBeKept: Bool) async throws -> (ClientConnection, isKept: Bool) {
        let loop = LoopExecutor.of(MultiThreadedEventLoopGroup.currentEventLoop ?? fallback)
        let kept = state.withLock { state -> ClientConnection? in
            mayBeKept ? state.kept[ObjectIdentifier(loop)]?.popLast() : nil
        }
        if let kept { return (kept, true) }
        let isAllowed = state.withLock { state in
            guard state.open < limits.connections else { return false }
            state.open += 1
            return true
        }
        guard isAllowed else { throw HTTPClientFailure.tooManyConnections }
        do {
            return (try await connect(loop), false)
        } catch {
            state.withLock { $0.open -= 1 }
            throw HTTPClientFailure.notConnected(detail: "\(error)")
        }
    }

    private func connect(_ loop: LoopExecutor) async throws -> ClientConnection {
        let connection = ClientConnection(loop: loop, limits: limits)
        let channel = try await ClientBootstrap(group: loop.eventLoop)
            .connectTimeout(limits.connectTime)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel, connection) }
            }
            .connect(host: origin.host, port: origin.port)
            .get()
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.open -= 1 } }
        return connection
    }

    private func prepare(_ channel: any Channel, _ connection: ClientConnection) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            var bounds = TLSLimits()
            bounds.handshakeTimeout = limits.connectTime
            try pipeline.addHandler(TLSHandler(client: tls, expecting: origin.host, limits: bounds))
        }
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.headBytes
        bounds.maxHeaderListSize = limits.headBytes
        let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: bounds)
        try pipeline.addHandlers(HTTPRequestEncoder(), ByteToMessageHandler(decoder), connection)
    }

    /// Returns when the connection has been looked at, so that the caller's next request finds it.
    private func giveBack(_ connection: ClientConnection) async {
        if connection.loop.isCurrent { return release(connection) }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            connection.loop.execute {
                self.release(connection)
                continuation.resume()
            }
        }
    }

    /// On the connection's loop.
    private func release(_ connection: ClientConnection) {
        connection.release { canGoOn in
            guard canGoOn else { return }
            let key = ObjectIdentifier(connection.loop)
            let isKept = self.state.withLock { state in
                guard state.kept[key, default: []].count < self.limits.keptConnections else { return false }
                state.kept[key, default: []].append(connection)
                return true
            }
            guard isKept else { return connection.close() }
            connection.rest { self.forget(connection) }
        }
    }

    private func forget(_ connection: ClientConnection) {
        let key = ObjectIdentifier(connection.loop)
        state.withLock { state in state.kept[key]?.removeAll { $0 === connection } }
    }

    /// Ends the connections that are kept; those in use end with their exchange.
    package func closeKept() {
        let kept = state.withLock { state in
            defer { state.kept = [:] }
            return state.kept.values.flatMap { $0 }
        }
        for connection in kept { connection.loop.execute { connection.close() } }
    }
}
