// SPDX-License-Identifier: Apache-2.0

package import Logging
import Loops
import Metrics
package import NIOCore
import NIOPosix
package import Primitives
package import RPC
import ServiceLifecycle
import Synchronization
package import TLS
package import Wire

/// Listens for peers with certificates and answers their calls.
///
/// On graceful shutdown it stops listening, tells every peer by GOAWAY, and returns when all calls are answered or
/// the drain time is over.
package final class RPCServer: Service {
    private let table: MethodTable
    private let zone: Zone
    private let listen: ServiceAddress
    private let tls: TLSSource
    private let group: any EventLoopGroup
    private let limits: WireLimits
    private let observer: (any CallObserver)?
    private let time: any TimeSource
    private let logger: Logger
    private let drainTime: Duration
    private let rooms: CallerRooms

    private struct State {
        var listener: (any Channel)?
        var isStopping = false
        /// What `run` waits for.
        var stop: EventLoopPromise<Void>?
        /// Connections whose peer has proved its name.
        var connections: [ObjectIdentifier: ConnectionLife] = [:]
        var waitingForEmpty: EventLoopPromise<Void>?
    }
    private let state = Mutex(State())
    /// Connections that have not proved a name yet. Bounded, because each costs us a handshake's memory and a
    /// stranger nothing.
    private let strangers = Atomic<Int>(0)
    private static let mostStrangers = 128
    private let refused = Counter(label: "parley_rpc_refused_connections_total")

    /// - Parameters:
    ///   - table: After `withCallers`, if settings name other callers.
    ///   - drainTime: How long calls may go on after a graceful shutdown has begun.
    ///   - zone: Where this process runs, told to its callers.
    ///   - callerCalls: How many calls may be open for a caller's name, where that is not what `limits` says.
    package init(
        table: MethodTable, listen: ServiceAddress, tls: TLSSource, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        drainTime: Duration = .seconds(10), zone: Zone = .unknown, callerCalls: [PeerName: Int] = [:],
        logger: Logger
    ) {
        rooms = CallerRooms(limits, overrides: callerCalls)
        self.zone = zone
        self.table = table
        self.listen = listen
        self.tls = tls
        self.group = group
        self.limits = limits
        self.observer = observer
        self.time = time
        self.drainTime = drainTime
        self.logger = logger
        tls.onReplacement(telling: self) { $0.renew() }
    }

    /// The same with one context for ever.
    package convenience init(
        table: MethodTable, listen: ServiceAddress, tls: TLSContext, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        drainTime: Duration = .seconds(10), logger: Logger
    ) {
        self.init(
            table: table, listen: listen, tls: TLSSource(tls), group: group, limits: limits, observer: observer,
            time: time, drainTime: drainTime, logger: logger)
    }

    /// Binds the port, so that a process learns before it runs whether it can.
    /// - Returns: The address, with the port the system chose when ours was 0.
    @discardableResult
    package func bind() async throws -> SocketAddress {
        if let bound = state.withLock({ $0.listener?.localAddress }) { return bound }
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: SocketTuning.waterMarks)
            .childChannelOption(.recvAllocator, value: SocketTuning.readSizes)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel) }
            }
        let channel = try await bootstrap.bind(host: listen.host, port: listen.port).get()
        state.withLock { $0.listener = channel }
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        logger.info("listening for calls", metadata: ["address": "\(address)"])
        return address
    }

    /// Listens and answers until told to stop.
    package func run() async throws {
        try await bind()
        let stop = group.any().makePromise(of: Void.self)
        let isStopping = state.withLock { state in
            state.stop = stop
            return state.isStopping
        }
        if isStopping { stop.succeed() }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await stop.futureResult.get()
        } onCancelOrGracefulShutdown: {
            stop.succeed()
        }
        await drain(for: Task.isCancelled ? .zero : drainTime)
    }

    /// Ends `run` as a graceful shutdown does; for those who run it without a service group.
    package func stop() {
        let stop = state.withLock { state in
            state.isStopping = true
            return state.stop
        }
        stop?.succeed()
    }

    // MARK: Connections

    private func prepare(_ channel: any Channel) throws {
        guard strangers.wrappingAdd(1, ordering: .relaxed).oldValue < Self.mostStrangers else {
            strangers.wrappingSubtract(1, ordering: .relaxed)
            refused.increment()
            throw ChannelError.connectTimeout(.zero)
        }
        let stranger = Stranger { self.strangers.wrappingSubtract(1, ordering: .relaxed) }
        channel.closeFuture.whenComplete { _ in stranger.done() }
        let remote = channel.remoteAddress
        var tlsLimits = TLSLimits()
        tlsLimits.handshakeTimeout = .nanoseconds(limits.handshakeTimeout.nanoseconds)
        let context = tls.current
        try channel.pipeline.syncOperations.addHandler(TLSHandler(server: context, limits: tlsLimits))
        try channel.pipeline.syncOperations.addHandler(
            ConnectionHandler(loop: .of(channel.eventLoop), handshakes: .accepted) { names in
                stranger.done()
                return self.accept(names, context, on: channel.eventLoop)
            } failed: { error in
                self.refused.increment()
                self.logger.notice(
                    "connection failed", metadata: ["remote": "\(remote?.description ?? "?")", "error": "\(error)"])
            })
    }

    /// Makes the connection of a peer whose certificate carries `names`.
    private func accept(
        _ names: [String], _ context: TLSContext, on eventLoop: any EventLoop
    ) -> ServerConnection? {
        guard let peer = names.map(PeerName.init(rawValue:)).first(where: PeerName.known.contains) else {
            refused.increment()
            logger.notice("certificate carries no name of ours", metadata: ["names": "\(names)"])
            return nil
        }
        let key = ConnectionKey()
        let connection = ServerConnection(
            loop: .of(eventLoop), limits: limits, peer: peer, table: table, observer: observer, time: time,
            logger: logger, zone: zone, room: rooms[peer], onClose: { self.removed(ObjectIdentifier(key)) })
        let life = ConnectionLife(connection, context: context, limits: limits)
        let isWelcome = state.withLock { state in
            // Without our hello the caller makes no call here, so none can be lost with the process.
            guard !state.isStopping else { return false }
            state.connections[ObjectIdentifier(key)] = life
            return true
        }
        guard isWelcome else { return nil }
        life.begin()
        // Replaced while they shook hands: `renew` has not seen this one.
        if tls.current !== context { life.renew() }
        return connection
    }

    private func removed(_ key: ObjectIdentifier) {
        let (life, empty) = state.withLock { state -> (ConnectionLife?, EventLoopPromise<Void>?) in
            let life = state.connections.removeValue(forKey: key)
            return (life, state.connections.isEmpty ? state.waitingForEmpty : nil)
        }
        life?.end()
        empty?.succeed()
    }

    /// There is a new certificate: connections of the old one go in peace, and their callers come back.
    private func renew() {
        let current = tls.current
        let old = state.withLock { state in state.connections.values.filter { $0.context !== current } }
        for life in old { life.renew() }
    }

    // MARK: The end

    private func drain(for duration: Duration) async {
        let empty = group.any().makePromise(of: Void.self)
        let (listener, connections) = state.withLock { state in
            state.isStopping = true
            state.waitingForEmpty = empty
            return (state.listener, Array(state.connections.values))
        }
        // The port may be closed already, which is as good.
        try? await listener?.close().get()
        logger.info("draining", metadata: ["connections": "\(connections.count)"])
        if connections.isEmpty { return empty.succeed() }
        for life in connections { life.connection.loop.execute { life.connection.drain() } }
        let timer = group.any().scheduleTask(in: .nanoseconds(duration.nanoseconds)) { empty.succeed() }
        // Never fails: it is only ever succeeded.
        try? await empty.futureResult.get()
        timer.cancel()
        let left = state.withLock { Array($0.connections.values) }
        guard !left.isEmpty else { return }
        logger.warning("drain time is over", metadata: ["connections": "\(left.count)"])
        for life in left { life.connection.loop.execute { life.connection.close(.connectionLost) } }
    }

    /// Gives connections an identity before they exist.
    private final class ConnectionKey: Sendable {}

    /// Counts a connection down once, when its peer is known or it closes.
    private final class Stranger: Sendable {
        private let isDone = Atomic<Bool>(false)
        private let count: @Sendable () -> Void

        init(_ count: @escaping @Sendable () -> Void) { self.count = count }

        func done() {
            if !isDone.exchange(true, ordering: .relaxed) { count() }
        }
    }
}
