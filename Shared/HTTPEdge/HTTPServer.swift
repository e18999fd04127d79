// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import Metrics
package import NIOCore
import NIOHTTP1
import NIOPosix
package import Primitives
import ServiceLifecycle
import Synchronization
package import TLS

/// An HTTP/1.1 port.
///
/// One loop-pinned Task serves each request; a client that goes away cancels it. `run()` serves until it is asked to
/// stop, then accepts nobody new, ends idle connections at once and the others after their running request, and
/// closes what is left when the drain time is over.
package final class HTTPServer: Service {
    package struct Configuration: Sendable {
        package var host: String
        /// 0 takes a free port; `bind()` tells which.
        package var port: Int
        package var router: Router
        package var limits: HTTPLimits
        package var failureAnswer: FailureAnswer
        package var observer: (any HTTPObserver)?
        package var time: any TimeSource
        /// Named in metrics: `public`, `health`.
        package var name: String
        /// nil serves plain HTTP.
        package var tls: TLSSource?

        package init(
            name: String, host: String, port: Int, router: Router, limits: HTTPLimits = HTTPLimits(),
            failureAnswer: @escaping FailureAnswer = HTTPResponse.plain, observer: (any HTTPObserver)? = nil,
            time: any TimeSource = SystemTime(), tls: TLSSource? = nil
        ) {
            self.name = name
            self.host = host
            self.port = port
            self.router = router
            self.limits = limits
            self.failureAnswer = failureAnswer
            self.observer = observer
            self.time = time
            self.tls = tls
        }
    }

    private struct State {
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }
    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let state = Mutex(State())
    private let refused: Counter
    private let open: Meter

    package init(_ configuration: Configuration, group: any EventLoopGroup) {
        self.configuration = configuration
        self.group = group
        refused = Counter(label: "http_connections_refused_total", dimensions: [("port", configuration.name)])
        open = Meter(label: "http_connections_open", dimensions: [("port", configuration.name)])
    }

    package var openConnections: Int { state.withLock { $0.connections.count } }

    /// Opens the port; requests are served from here on. Without it `run()` does the same.
    @discardableResult
    package func bind() async throws -> SocketAddress {
        if let bound = state.withLock({ $0.listener?.localAddress }) { return bound }
        let limits = configuration.limits
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: limits.bufferedResponseBytes / 2, high: limits.bufferedResponseBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
            .bind(host: configuration.host, port: configuration.port)
            .get()
        state.withLock { $0.listener = listener }
        guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
        return address
    }

    private func accept(_ channel: any Channel) throws {
        let id = ObjectIdentifier(channel)
        let isAccepted = state.withLock { state in
            guard !state.isDraining, state.connections.count < configuration.limits.connections else { return false }
            state.connections[id] = channel
            return true
        }
        guard isAccepted else {
            refused.increment()
            throw ChannelError.connectTimeout(.zero)
        }
        open.increment()
        channel.closeFuture.whenComplete { _ in
            self.open.decrement()
            self.state.withLock { _ = $0.connections.removeValue(forKey: id) }
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = configuration.limits.headerFieldBytes
        limits.maxHeaderListSize = configuration.limits.headerBytes
        limits.maxHeaderFieldCount = configuration.limits.headerFields
        if let tls = configuration.tls {
            try channel.pipeline.syncOperations.addHandler(TLSHandler(server: tls.current))
        }
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(decoder),
            HTTPConnection(loop: .of(channel.eventLoop), configuration: configuration))
    }

    package func run() async throws {
        try await bind()
        let (stopped, stop) = AsyncStream<Void>.makeStream()
        await withTaskCancellationOrGracefulShutdownHandler {
            for await _ in stopped {}
        } onCancelOrGracefulShutdown: {
            stop.finish()
        }
        await drain()
    }

    /// Accepts nobody new, lets running requests end within the drain time, then closes what is left. `run()` does it
    /// when it is asked to stop.
    package func drain() async {
        let (listener, connections) = state.withLock { state in
            state.isDraining = true
            return (state.listener, Array(state.connections.values))
        }
        // Closing a listener that is closed already is what we want as well.
        try? await listener?.close()
        for connection in connections { connection.pipeline.fireUserInboundEventTriggered(HTTPDrain()) }
        let deadline = Deadline.after(configuration.limits.drainTime, from: configuration.time.now())
        while state.withLock({ !$0.connections.isEmpty }), !deadline.hasPassed(at: configuration.time.now()) {
            // A cancelled drain ends at once, and so does its sleep.
            do { try await Task.sleep(for: .milliseconds(10)) } catch { break }
        }
        for connection in state.withLock({ Array($0.connections.values) }) { connection.close(promise: nil) }
    }
}
