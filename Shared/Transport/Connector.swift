// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import NIOCore
import NIOPosix
import Primitives
import RPC
import Synchronization
import TLS
import Wire

/// Keeps one connection: from one loop to one address.
final class Connector: Sendable {
    private let service: PeerName
    private let address: ServiceAddress
    private let tls: TLSContext
    private let loop: LoopExecutor
    private let pools: [ConnectionPool]
    private let limits: WireLimits
    private let time: any TimeSource
    private let drainTime: Duration
    private let endpoint: Endpoint
    private let zone: Zone
    /// For a connection that is made when it is wanted and closed when it was long not; nil for one that always is.
    private let demand: Demand?
    /// Told when a connection that worked is gone: the address may be too.
    private let onLost: @Sendable () -> Void
    private let logger: Logger

    init(
        service: PeerName, address: ServiceAddress, tls: TLSContext, loop: LoopExecutor, pools: [ConnectionPool],
        limits: WireLimits, time: any TimeSource, drainTime: Duration, endpoint: Endpoint, zone: Zone,
        demand: Demand? = nil, onLost: @escaping @Sendable () -> Void = {}, logger: Logger
    ) {
        self.service = service
        self.address = address
        self.tls = tls
        self.loop = loop
        self.pools = pools
        self.limits = limits
        self.time = time
        self.drainTime = drainTime
        self.endpoint = endpoint
        self.zone = zone
        self.demand = demand
        self.onLost = onLost
        var logger = logger
        logger[metadataKey: "service"] = "\(service)"
        logger[metadataKey: "address"] = "\(address)"
        self.logger = logger
    }

    /// One attempt's life, as the loop sees it.
    ///
    /// `@unchecked Sendable`: confined to the loop.
    private final class Attempt: @unchecked Sendable {
        var connection: ClientConnection?
        /// The last thing that went wrong, for the log.
        var error: (any Error)?
        var wasReady = false
        let retired: EventLoopPromise<Void>

        init(retired: EventLoopPromise<Void>) { self.retired = retired }
    }

    /// Connects again and again until the task is cancelled.
    func run() async {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        var isFirstFailure = true
        while !Task.isCancelled {
            await demand?.wanted()
            if Task.isCancelled { return }
            let (wasReady, error) = await connectOnce()
            if Task.isCancelled { return }
            if wasReady {
                // One that nobody used for long was closed by us.
                if let demand, !demand.isWanted { continue }
                logger.notice("connection lost")
                onLost()
                backoff.reset()
                isFirstFailure = true
            } else {
                // One line when it begins; what follows is the same line many times.
                logger.log(
                    level: isFirstFailure ? .notice : .debug, "cannot connect",
                    metadata: ["error": "\(error.map { String(describing: $0) } ?? "refused")"])
                isFirstFailure = false
            }
            let wait = backoff.next(random: &random)
            if !wasReady { endpoint.couldNotConnect(nextIn: wait) }
            // Cancelled while waiting: the loop's condition ends it.
            try? await Task.sleep(for: wait)
        }
    }

    /// Connects and returns when the connection takes no more calls. One that still has calls then ends by itself.
    private func connectOnce() async -> (wasReady: Bool, error: (any Error)?) {
        let retired = loop.eventLoop.makePromise(of: Void.self)
        let attempt = Attempt(retired: retired)
        let bootstrap = ClientBootstrap(group: loop.eventLoop)
            .connectTimeout(.nanoseconds(limits.handshakeTimeout.nanoseconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.writeBufferWaterMark, value: SocketTuning.waterMarks)
            .channelOption(.recvAllocator, value: SocketTuning.readSizes)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel, attempt) }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: address.host, port: address.port).get()
        } catch {
            retired.succeed()
            return (false, error)
        }
        channel.closeFuture.whenComplete { _ in retired.succeed() }
        await withTaskCancellationHandler {
            // Never fails: it is only ever succeeded.
            try? await retired.futureResult.get()
        } onCancel: {
            stop(channel, attempt)
        }
        stop(channel, attempt)
        // Told to stop: the calls still going on are waited for. `stop` has set a bound to that.
        if Task.isCancelled { try? await channel.closeFuture.get() }
        return await withCheckedContinuation { continuation in
            loop.eventLoop.execute { continuation.resume(returning: (attempt.wasReady, attempt.error)) }
        }
    }

    private func prepare(_ channel: any Channel, _ attempt: Attempt) throws {
        var tlsLimits = TLSLimits()
        tlsLimits.handshakeTimeout = .nanoseconds(limits.handshakeTimeout.nanoseconds)
        try channel.pipeline.syncOperations.addHandler(
            TLSHandler(client: tls, expecting: service.rawValue, limits: tlsLimits))
        try channel.pipeline.syncOperations.addHandler(
            ConnectionHandler(loop: loop) { _ in
                // The server's name was checked in the handshake: it is the one we meant to reach.
                let connection = ClientConnection(
                    loop: self.loop, limits: self.limits, peer: self.service, pools: self.pools, time: self.time,
                    logger: self.logger, endpoint: self.endpoint, zone: self.zone,
                    onReady: { [weak attempt] in
                        attempt?.wasReady = true
                        self.logger.info("connected")
                        if let connection = attempt?.connection { self.demand?.watch(connection) }
                    }, onRetire: { attempt.retired.succeed() })
                attempt.connection = connection
                return connection
            } failed: { error in
                attempt.error = error
            })
    }

    /// Lets the calls end, but not for ever.
    private func stop(_ channel: any Channel, _ attempt: Attempt) {
        loop.execute {
            guard channel.isActive else { return attempt.retired.succeed() }
            guard let connection = attempt.connection, !connection.isClosed else {
                attempt.retired.succeed()
                return channel.close(promise: nil)
            }
            connection.drain()
            let late = self.loop.eventLoop.scheduleTask(in: .nanoseconds(self.drainTime.nanoseconds)) {
                channel.close(promise: nil)
            }
            channel.closeFuture.whenComplete { _ in late.cancel() }
        }
    }
}
