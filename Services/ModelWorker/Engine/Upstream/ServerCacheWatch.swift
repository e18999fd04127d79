// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import NIOCore
import NIOPosix
import Primitives
import Synchronization

/// Listens to what a foreign server publishes of its cache, and keeps what follows for the scheduler.
///
/// A publication has no beginning: what the server held before is not told, so the view grows with the prompts that
/// come. After a gap or a lost connection it begins anew.
final class ServerCacheWatch: Sendable {
    private struct State {
        var view = ServerCacheView()
        var lastNumber: UInt64?
        /// The publisher has said hello on this connection.
        var hasSpoken = false
    }

    private static let connectTime = TimeAmount.seconds(5)
    private static let firstPause = Duration.milliseconds(500)
    private static let longestPause = Duration.seconds(30)

    private let host: String
    private let port: Int
    private let log: EngineLog
    private let state = Mutex(State())

    /// - Throws: `UpstreamSettingsFailure` for what is no address.
    init(_ address: String, log: EngineLog) throws {
        guard address.hasPrefix("tcp://"), let colon = address.lastIndex(of: ":"),
            let port = Int(address[address.index(after: colon)...]), (1...65_535).contains(port)
        else {
            throw UpstreamSettingsFailure(description: "upstream.cache_events: expected tcp://host:port")
        }
        let host = address[address.index(address.startIndex, offsetBy: 6)..<colon]
        guard !host.isEmpty else {
            throw UpstreamSettingsFailure(description: "upstream.cache_events: expected tcp://host:port")
        }
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
        self.port = port
        self.log = log
    }

    // MARK: The answers' side

    /// A prompt was read; these are the server's tokens of it.
    /// - Parameter adapter: its name at the server, as its events have it.
    func note(_ tokens: [TokenID], _ request: GenerationRequest, adapter: String) {
        let salt = Hex.encode(request.scope.salt)
        state.withLock { $0.view.note(tokens, request.blocks, salt: salt, adapter: adapter) }
    }

    /// Hands over what has changed since the last time, one caller after the other.
    func withChanges(_ body: (HeldBlocks.Changes) -> Void) {
        state.withLock { body($0.view.takeChanges()) }
    }

    // MARK: The publication

    /// Listens until the task is cancelled. `changed` is called on any thread when there is something to tell.
    func run(_ changed: @escaping @Sendable () -> Void) async throws {
        var pause = Self.firstPause
        while true {
            do {
                let channel = try await connect(changed)
                try await withTaskCancellationHandler {
                    try await channel.closeFuture.get()
                } onCancel: {
                    channel.close(promise: nil)
                }
                // Whatever accepts connections and says nothing is no publisher: those are counted as failures too.
                if state.withLock({ $0.hasSpoken }) { pause = Self.firstPause }
                if pause == Self.firstPause { log.warning("the server's cache events have ended") }
            } catch {
                if !Task.isCancelled, pause == Self.firstPause {
                    log.warning("no cache events from \(host):\(port): \(error)")
                }
            }
            lose()
            changed()
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private func connect(_ changed: @escaping @Sendable () -> Void) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(Self.connectTime)
            // A publisher may be silent for hours; a host that is gone must be noticed all the same.
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Subscription(within: Self.connectTime) { [self] in
                            state.withLock { $0.hasSpoken = true }
                        } onMessage: { [self] parts in
                            if take(parts) { changed() }
                        } onFailure: { [self] in
                            log.warning("the server's cache events cannot be read: \($0)")
                        })
                }
            }
            .connect(host: host, port: port).get()
    }

    /// Takes a message: topic, number, batch.
    /// - Returns: whether there is something to tell.
    private func take(_ parts: [[UInt8]]) -> Bool {
        guard parts.count == 3, parts[1].count == 8 else { return false }
        let number = parts[1].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let events = try? parts[2].withUnsafeBytes { (bytes) throws(ServerCacheEvent.Failure) in
            try ServerCacheEvent.batch(bytes)
        }
        return state.withLock { state in
            if let last = state.lastNumber, number != last &+ 1 { state.view.forget() }
            state.lastNumber = number
            // What cannot be read may have been anything.
            guard let events else {
                state.view.forget()
                return true
            }
            for event in events { state.view.apply(event) }
            return state.view.hasChanges
        }
    }

    private func lose() {
        state.withLock { state in
            state.view.forget()
            state.lastNumber = nil
            state.hasSpoken = false
        }
    }

    /// One connection's messages. Confined to its channel's loop.
    private final class Subscription: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var reader = PublicationReader()
        private let patience: TimeAmount
        private var late: Scheduled<Void>?
        private let onHello: () -> Void
        private let onMessage: ([[UInt8]]) -> Void
        private let onFailure: (any Error) -> Void

        /// - Parameter patience: how long the publisher may take to say hello.
        init(
            within patience: TimeAmount, onHello: @escaping () -> Void, onMessage: @escaping ([[UInt8]]) -> Void,
            onFailure: @escaping (any Error) -> Void
        ) {
            self.patience = patience
            self.onHello = onHello
            self.onMessage = onMessage
            self.onFailure = onFailure
        }

        func channelActive(context: ChannelHandlerContext) {
            send(context)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            late = context.eventLoop.scheduleTask(in: patience) { bound.value.close(promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { late?.cancel() }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            do {
                let messages = try reader.read(unwrapInboundIn(data).readableBytesView)
                if reader.isOpen, let waited = late {
                    waited.cancel()
                    late = nil
                    onHello()
                }
                for message in messages { onMessage(message) }
                send(context)
            } catch {
                onFailure(error)
                context.close(promise: nil)
            }
        }

        private func send(_ context: ChannelHandlerContext) {
            let bytes = reader.takeOutgoing()
            guard !bytes.isEmpty else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
