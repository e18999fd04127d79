// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A client that sends bytes and shows what came back, byte by byte: what a test of a server must not leave to a
/// library that means well.
final class RawClient: Sendable {
    struct State {
        var received: [UInt8] = []
        /// What each read brought, to tell what left together.
        var reads: [String] = []
        var isClosed = false
        var waiters: [(condition: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
        var text: String { String(decoding: received, as: UTF8.self) }
    }
    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let client: RawClient
        init(_ client: RawClient) { self.client = client }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            client.change {
                $0.received += bytes
                $0.reads.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        func channelInactive(context: ChannelHandlerContext) { client.change { $0.isClosed = true } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    static func connect(_ address: SocketAddress, reads: Bool = true) async throws -> RawClient {
        let client = RawClient()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { $0.pipeline.addHandler(Collector(client)) }
            .connect(to: address)
            .get()
        client.channel.withLock { $0 = channel }
        return client
    }

    func send(_ text: String) async throws {
        try await channel.withLock { $0 }?.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func close() async {
        // The server may have closed it before; that is as good.
        try? await channel.withLock { $0 }?.close().get()
    }

    var now: State { state.withLock { $0 } }

    /// Waits until the condition holds or the server closes the connection.
    @discardableResult
    func until(_ condition: @escaping @Sendable (State) -> Bool) async -> State {
        await withCheckedContinuation { continuation in
            let isNow = state.withLock { state in
                if state.isClosed || condition(state) { return true }
                state.waiters.append((condition, continuation))
                return false
            }
            if isNow { continuation.resume() }
        }
        return now
    }

    /// Waits for this text.
    func until(_ text: String) async -> String { await until { $0.text.contains(text) }.text }

    /// Waits for the server to close, and returns all it said.
    func untilClosed() async -> String { await until { $0.isClosed }.text }

    private func change(_ body: (inout State) -> Void) {
        let due = state.withLock { state in
            body(&state)
            let waiters = state.waiters
            state.waiters.removeAll()
            var due: [CheckedContinuation<Void, Never>] = []
            for waiter in waiters {
                if state.isClosed || waiter.condition(state) {
                    due.append(waiter.continuation)
                } else {
                    state.waiters.append(waiter)
                }
            }
            return due
        }
        for continuation in due { continuation.resume() }
    }
}
