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
///
/// One that ends in peace, by GOAWAY, is replaced at once. One whose certificate was replaced stays in use until its
/// successor is ready.
final class Connector: Sendable {
    private let service: PeerName
    private let address: ServiceAddress
    private let tls: TLSSource
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
    private let tap: (any WireTap)?
    private let logger: Logger
    private let kept = Kept()

    /// A connection that was ready for less is no proof that the next will live: the wait before it grows.
    private static let leastPeacefulLife: Duration = .seconds(1)

    init(
        service: PeerName, address: ServiceAddress, tls: TLSSource, loop: LoopExecutor, pools: [ConnectionPool],
        limits: WireLimits, time: any TimeSource, drainTime: Duration, endpoint: Endpoint, zone: Zone,
        demand: Demand? = nil, onLost: @escaping @Sendable () -> Void = {}, tap: (any WireTap)? = nil, logger: Logger
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
        self.tap = tap
        var logger = logger
        logger[metadataKey: "service"] = "\(service)"
        logger[metadataKey: "address"] = "\(address)"
        self.logger = logger
        tls.onReplacement(telling: self) { $0.renew() }
    }

    /// One attempt's life, as the loop sees it.
    ///
    /// `@unchecked Sendable`: confined to the loop.
    private final class Attempt: @unchecked Sendable {
        let context: TLSContext
        var connection: ClientConnection?
        /// The last thing that went wrong, for the log.
        var error: (any Error)?
        var readySince: MonotonicInstant?
        /// Another is to take its place; it goes when that one is ready.
        var isSuperseded = false
        let retired: EventLoopPromise<Void>

        init(_ context: TLSContext, retired: EventLoopPromise<Void>) {
            self.context = context
            self.retired = retired
        }
    }

    /// `@unchecked Sendable`: confined to the loop.
    private final class Kept: @unchecked Sendable {
        var attempt: Attempt?
        /// Still in use, until their successor is ready.
        var superseded: [(channel: any Channel, attempt: Attempt)] = []
    }

    /// How an attempt went.
    private enum End {
        /// It never took calls.
        case failed((any Error)?)
        /// It ended in peace, or is to be succeeded; `proven`: after long enough to believe in the next.
        case peace(proven: Bool)
        case lost
    }

    /// Connects again and again until the task is cancelled.
    func run() async {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        var isFirstFailure = true
        while !Task.isCancelled {
            await demand?.wanted()
            if Task.isCancelled { break }
            let end = await connectOnce()
            if Task.isCancelled { break }
            if case .lost = end { backoff.reset() }
            let wait = backoff.next(random: &random)
            switch end {
            case .peace(let proven):
                isFirstFailure = true
                onLost()
                if proven {
                    backoff.reset()
                    continue
                }
            case .lost:
                logger.notice("connection lost")
                onLost()
                isFirstFailure = true
            case .failed(let error):
                // One line when it begins; what follows is the same line many times.
                logger.log(
                    level: isFirstFailure ? .notice : .debug, "cannot connect",
                    metadata: ["error": "\(error.map { String(describing: $0) } ?? "refused")"])
                isFirstFailure = false
                endpoint.couldNotConnect(nextIn: wait)
                for pool in pools { pool.reconsider() }
            }
            // Cancelled while waiting: the loop's condition ends it.
            try? await Task.sleep(for: wait)
        }
        await endSuperseded()
    }

    /// Connects and returns when the connection takes no more calls. One that still has calls then ends by itself.
    private func connectOnce() async -> End {
        let retired = loop.eventLoop.makePromise(of: Void.self)
        let attempt = Attempt(tls.current, retired: retired)
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
            return .failed(error)
        }
        channel.closeFuture.whenComplete { _ in retired.succeed() }
        await withTaskCancellationHandler {
            // Never fails: it is only ever succeeded.
            try? await retired.futureResult.get()
        } onCancel: {
            stop(channel, attempt, after: drainTime)
        }
        // Told to stop: the calls still going on are waited for. `stop` has set a bound to that.
        if Task.isCancelled {
            stop(channel, attempt, after: drainTime)
            try? await channel.closeFuture.get()
        }
        return await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: self.end(of: attempt, channel)) }
        }
    }

    /// What has become of an attempt that takes no more calls, or is to be succeeded.
    private func end(of attempt: Attempt, _ channel: any Channel) -> End {
        kept.attempt = nil
        let lived = attempt.readySince.map { time.now() - $0 }
        if attempt.isSuperseded, channel.isActive {
            kept.superseded.append((channel, attempt))
            return .peace(proven: true)
        }
        // The server sets a bound to what calls are left; ours is for one that does not.
        stop(channel, attempt, after: limits.connectionGrace + limits.farewell)
        guard let lived else { return .failed(attempt.error) }
        guard attempt.connection?.hasLeftInPeace == true else { return .lost }
        logger.debug("connection has ended in peace")
        return .peace(proven: lived >= Self.leastPeacefulLife)
    }

    private func prepare(_ channel: any Channel, _ attempt: Attempt) throws {
        var tlsLimits = TLSLimits()
        tlsLimits.handshakeTimeout = .nanoseconds(limits.handshakeTimeout.nanoseconds)
        try channel.pipeline.syncOperations.addHandler(
            TLSHandler(client: attempt.context, expecting: service.rawValue, limits: tlsLimits))
        try channel.pipeline.syncOperations.addHandler(
            ConnectionHandler(loop: loop, handshakes: .made, tap: tap) { _ in
                // The server's name was checked in the handshake: it is the one we meant to reach.
                let connection = ClientConnection(
                    loop: self.loop, limits: self.limits, peer: self.service, pools: self.pools, time: self.time,
                    logger: self.logger, endpoint: self.endpoint, zone: self.zone,
                    onReady: { [weak attempt] in attempt.map(self.becameReady) },
                    onRetire: { attempt.retired.succeed() })
                attempt.connection = connection
                return connection
            } failed: { error in
                attempt.error = error
            })
    }

    /// A new connection takes calls: those that it succeeds need take no more.
    private func becameReady(_ attempt: Attempt) {
        logger.info("connected")
        attempt.readySince = time.now()
        if let connection = attempt.connection { demand?.watch(connection) }
        kept.attempt = attempt
        let superseded = kept.superseded
        kept.superseded = []
        for old in superseded { stop(old.channel, old.attempt, after: limits.connectionGrace) }
        if attempt.context !== tls.current { renew() }
    }

    /// Our certificate was replaced: the connection gets a successor soon. Called from any thread.
    private func renew() {
        let delay = limits.renewalSpread * Double.random(in: 0...1)
        loop.eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) {
            guard let attempt = self.kept.attempt, attempt.context !== self.tls.current else { return }
            attempt.isSuperseded = true
            attempt.retired.succeed()
        }
    }

    /// Told to stop while some waited for successors.
    private func endSuperseded() async {
        let channels = await withCheckedContinuation { continuation in
            loop.execute {
                let superseded = self.kept.superseded
                self.kept.superseded = []
                for old in superseded { self.stop(old.channel, old.attempt, after: self.drainTime) }
                continuation.resume(returning: superseded.map(\.channel))
            }
        }
        for channel in channels { try? await channel.closeFuture.get() }
    }

    /// Lets the calls end, but not for ever.
    private func stop(_ channel: any Channel, _ attempt: Attempt, after patience: Duration) {
        loop.execute {
            guard channel.isActive else { return attempt.retired.succeed() }
            guard let connection = attempt.connection, !connection.isClosed else {
                attempt.retired.succeed()
                return channel.close(promise: nil)
            }
            connection.drain()
            let late = self.loop.eventLoop.scheduleTask(in: .nanoseconds(patience.nanoseconds)) {
                channel.close(promise: nil)
            }
            channel.closeFuture.whenComplete { _ in late.cancel() }
        }
    }
}
