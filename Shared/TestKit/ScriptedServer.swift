// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization
package import TLS

/// An HTTP server that says what a test tells it to, byte by byte, on a real socket: what a test of a client must not
/// leave to a server that means well.
package final class ScriptedServer: Sendable {
    package struct Request: Sendable {
        /// Head and body as they came.
        package var text: String
        /// Counted over all connections, from 0.
        package var number: Int
        /// Which connection it came on, from 0.
        package var connection: Int

        package var line: Substring { text.prefix { $0 != "\r\n" } }
        package var body: Substring {
            text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] } ?? ""
        }
    }

    /// What the server does when a request has come, in order.
    package enum Act: Sendable {
        case send(String)
        case close
    }

    package struct State: Sendable {
        package var requests: [Request] = []
        package var opened = 0
        package var closed: Set<Int> = []
    }

    private struct Inside {
        var state = State()
        var channels: [any Channel] = []
        var waiters: [(condition: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }
    private let inside = Mutex(Inside())
    private let answer: @Sendable (Request) -> [Act]
    private let listener = Mutex<(any Channel)?>(nil)
    package let port: Int

    /// - Parameter port: 0 takes a free one.
    package static func start(
        port: Int = 0, tls: TLSContext? = nil, answer: @escaping @Sendable (Request) -> [Act]
    ) async throws -> ScriptedServer {
        let box = Mutex<ScriptedServer?>(nil)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let server = box.withLock({ $0 }) else { throw ChannelError.ioOnClosedChannel }
                    if let tls { try channel.pipeline.syncOperations.addHandler(TLSHandler(server: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Reader(server, server.opened(channel)))
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        let server = ScriptedServer(port: channel.localAddress?.port ?? 0, answer)
        server.listener.withLock { $0 = channel }
        box.withLock { $0 = server }
        return server
    }

    private init(port: Int, _ answer: @escaping @Sendable (Request) -> [Act]) {
        self.port = port
        self.answer = answer
    }

    /// Accepts nobody any more and closes what is open.
    package func stop() async {
        // Closed already is what we want as well.
        try? await listener.withLock { $0 }?.close().get()
        for channel in inside.withLock({ $0.channels }) { try? await channel.close().get() }
    }

    package var now: State { inside.withLock { $0.state } }

    /// Sends more on a connection.
    package func send(_ text: String, on connection: Int) async throws {
        try await inside.withLock { $0.channels[connection] }.writeAndFlush(ByteBuffer(string: text)).get()
    }

    package func close(_ connection: Int) async {
        // The client may have closed it before; that is as good.
        try? await inside.withLock { $0.channels[connection] }.close().get()
    }

    /// Waits until the condition holds.
    @discardableResult
    package func until(_ condition: @escaping @Sendable (State) -> Bool) async -> State {
        await withCheckedContinuation { continuation in
            let isNow = inside.withLock { inside in
                if condition(inside.state) { return true }
                inside.waiters.append((condition, continuation))
                return false
            }
            if isNow { continuation.resume() }
        }
        return now
    }

    private func change(_ body: (inout Inside) -> Void) {
        let ready = inside.withLock { inside in
            body(&inside)
            let state = inside.state
            let ready = inside.waiters.filter { $0.condition(state) }.map(\.continuation)
            inside.waiters.removeAll { $0.condition(state) }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    private func opened(_ channel: any Channel) -> Int {
        var number = 0
        change { inside in
            number = inside.state.opened
            inside.state.opened += 1
            inside.channels.append(channel)
        }
        return number
    }

    /// Cuts requests out of one connection's bytes.
    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let server: ScriptedServer
        private let connection: Int
        private var received: [UInt8] = []

        init(_ server: ScriptedServer, _ connection: Int) {
            self.server = server
            self.connection = connection
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += Array(unwrapInboundIn(data).readableBytesView)
            while let text = takeRequest() {
                var request = Request(text: text, number: 0, connection: connection)
                server.change { inside in
                    request.number = inside.state.requests.count
                    inside.state.requests.append(request)
                }
                for act in server.answer(request) {
                    switch act {
                    case .send(let text):
                        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                    case .close: context.close(promise: nil)
                    }
                }
            }
        }

        private func takeRequest() -> String? {
            let text = String(decoding: received, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
            let head = text[..<end.lowerBound].lowercased()
            let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).filter(\.isNumber)) }
            let size = text[..<end.upperBound].utf8.count + (length ?? 0)
            guard received.count >= size else { return nil }
            defer { received.removeFirst(size) }
            return String(decoding: received.prefix(size), as: UTF8.self)
        }

        func channelInactive(context: ChannelHandlerContext) {
            server.change { $0.state.closed.insert(connection) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
