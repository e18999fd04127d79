// SPDX-License-Identifier: Apache-2.0

package import Logging
import Loops
package import NIOCore
package import Primitives
package import RPC
import ServiceLifecycle
import Synchronization
package import TLS
package import Wire

/// Keeps a connection to every address of a service, on every loop, and hands out clients that use them.
///
/// The addresses are those of a list of places; names on it that stand for all their addresses are watched. Each
/// address is tried again for as long as it is on the list; a call waits for the first that works. On graceful
/// shutdown, and when their address is gone, the connections finish their calls and close.
///
/// What is large goes by `bulk`, whose connections are others: in the same socket a small call would stand behind
/// megabytes. They are made when a call first wants one.
package final class RPCConnections: Service {
    package let service: PeerName
    /// Calls whichever address has the least to do.
    package let client: RPCClient
    /// The same for what is large: files, batches of embeddings.
    package let bulk: RPCClient
    private let loops: [LoopExecutor]
    private let balanced: [ConnectionPool]
    private let balancedBulk: [ConnectionPool]
    private let watches: [Int: NameWatch]
    private let makeClient: @Sendable ([ConnectionPool]) -> RPCClient
    private let tls: TLSSource
    private let limits: WireLimits
    private let time: any TimeSource
    private let drainTime: Duration
    private let bulkUnusedTime: Duration
    private let zone: Zone
    private let tap: (any WireTap)?
    /// What is known of each address, on all loops.
    private let endpoints: Endpoints
    private let logger: Logger

    /// How long a bulk connection may be unused before it is closed: what comes in a row shares one, and an idle one
    /// costs both ends their buffers, about 100 KiB.
    package static let standardBulkUnusedTime: Duration = .seconds(60)

    private struct State {
        var book: PlaceBook
        var replicas: [ServiceAddress: Replica] = [:]
        var lastNumber = 0
        var listeners: [Int: @Sendable ([ServiceAddress]) -> Void] = [:]
        var lastListener = 0
    }
    private let state: Mutex<State>

    /// - Parameters:
    ///   - drainTime: How long calls may go on after a graceful shutdown has begun or their address is gone.
    ///   - zone: Where this process runs, told to its peers; those that run there too are preferred.
    ///   - standing: When an address is shut out; tests have less time.
    ///   - tap: Sees every connection's octets in the clear.
    package init(
        service: PeerName, places: [ServicePlace], resolver: any NameResolver = SystemNameResolver(),
        watching: NameWatching = NameWatching(), tls: TLSSource, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        drainTime: Duration = .seconds(10), bulkUnusedTime: Duration = standardBulkUnusedTime,
        zone: Zone = .unknown, standing: StandingLimits = .standard,
        tap: (any WireTap)? = nil, logger: Logger
    ) {
        self.service = service
        self.tls = tls
        self.limits = limits
        self.time = time
        self.drainTime = drainTime
        self.bulkUnusedTime = bulkUnusedTime
        self.zone = zone
        self.tap = tap
        self.logger = logger
        let endpoints = Endpoints(service: service, limits: standing, time: time, logger: logger)
        self.endpoints = endpoints
        let loops = group.makeIterator().map { LoopExecutor.of($0) }
        self.loops = loops
        let makeClient = { @Sendable pools in
            RPCClient(service: service, pools: pools, limits: limits, observer: observer, time: time)
        }
        self.makeClient = makeClient
        let wants = loops.map { _ in Wants() }
        balanced = loops.map { ConnectionPool(loop: $0, limits: limits, endpoints: endpoints, zone: zone) }
        balancedBulk = zip(loops, wants).map { loop, wants in
            ConnectionPool(loop: loop, limits: limits, endpoints: endpoints, zone: zone) { wants.tell() }
        }
        client = makeClient(balanced)
        bulk = makeClient(balancedBulk)
        let book = PlaceBook(places)
        watches = Dictionary(
            uniqueKeysWithValues: book.names.map { number, name, port in
                let watch = NameWatch(
                    name: name, port: port, service: service, resolver: resolver, watching: watching,
                    loop: group.any(), logger: logger)
                return (number, watch)
            })
        state = Mutex(State(book: book))
        for (index, wants) in wants.enumerated() {
            wants.body.withLock { $0 = { [weak self] in self?.wantBulk(onLoop: index) } }
        }
        follow()
    }

    /// The same for a static list.
    package convenience init(
        service: PeerName, addresses: [ServiceAddress], tls: TLSSource, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        drainTime: Duration = .seconds(10), zone: Zone = .unknown, standing: StandingLimits = .standard,
        tap: (any WireTap)? = nil, logger: Logger
    ) {
        self.init(
            service: service, places: addresses.map { .address($0) }, tls: tls, group: group, limits: limits,
            observer: observer, time: time, drainTime: drainTime, zone: zone, standing: standing, tap: tap,
            logger: logger)
    }

    /// The same for a static list, with one context for ever.
    package convenience init(
        service: PeerName, addresses: [ServiceAddress], tls: TLSContext, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        drainTime: Duration = .seconds(10), zone: Zone = .unknown, standing: StandingLimits = .standard,
        tap: (any WireTap)? = nil, logger: Logger
    ) {
        self.init(
            service: service, addresses: addresses, tls: TLSSource(tls), group: group, limits: limits,
            observer: observer, time: time, drainTime: drainTime, zone: zone, standing: standing, tap: tap,
            logger: logger)
    }

    /// The same from PEM files.
    package convenience init(
        service: PeerName, addresses: [ServiceAddress], identity: TLSIdentity, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        logger: Logger
    ) throws(TLSFailure) {
        self.init(
            service: service, addresses: addresses, tls: try TLSContext.client(identity: identity), group: group,
            limits: limits, observer: observer, time: time, logger: logger)
    }

    // MARK: Addresses

    /// The addresses of now.
    package var addresses: [ServiceAddress] { state.withLock { $0.book.addresses } }

    /// The addresses of now and then every change, as whole lists. A slow reader misses lists in between, never the
    /// last one. Ends only with the task that reads.
    package func addressChanges() -> AsyncStream<[ServiceAddress]> { addressChanges { $0 } }

    /// The same, each list as what `reading` makes of it.
    package func addressChanges<T: Sendable>(
        reading: @escaping @Sendable ([ServiceAddress]) -> T
    ) -> AsyncStream<T> {
        let (stream, continuation) = AsyncStream.makeStream(of: T.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.lastListener += 1
            state.listeners[state.lastListener] = { continuation.yield(reading($0)) }
            continuation.yield(reading(state.book.addresses))
            return state.lastListener
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// A client that calls one address only; nil when the address is not on the list, or not any more. One that is held
    /// for longer refuses every call when its address is gone.
    package func client(pinnedTo address: ServiceAddress) -> RPCClient? {
        state.withLock { $0.replicas[address]?.client }
    }

    /// The same for what is large.
    package func bulk(pinnedTo address: ServiceAddress) -> RPCClient? {
        state.withLock { $0.replicas[address]?.bulk }
    }

    /// Makes the replicas those of the book, and tells everybody.
    private func follow(_ learn: (inout PlaceBook) -> Void = { _ in }) {
        let gone = state.withLock { state in
            learn(&state.book)
            let addresses = state.book.addresses
            let wanted = Set(addresses)
            let gone = state.replicas.values.filter { !wanted.contains($0.address) }
            for replica in gone { state.replicas[replica.address] = nil }
            for address in addresses where state.replicas[address] == nil {
                state.lastNumber += 1
                state.replicas[address] = makeReplica(address, number: state.lastNumber)
            }
            for listener in state.listeners.values { listener(addresses) }
            return gone
        }
        for replica in gone {
            replica.leave()
            endpoints.remove(replica.endpoint)
        }
        // Those that are left may be the silent ones.
        if !gone.isEmpty { for pool in balanced + balancedBulk { pool.reconsider() } }
    }

    private func makeReplica(_ address: ServiceAddress, number: Int) -> Replica {
        let endpoint = endpoints.add("\(address)")
        let own = loops.map { ConnectionPool(loop: $0, limits: limits, endpoints: endpoints, only: endpoint) }
        // A newcomer joins bulk that is under way.
        let demands = balancedBulk.map { pool in
            let demand = Demand(unusedTime: bulkUnusedTime)
            if pool.liveConnections > 0 { demand.want() }
            return demand
        }
        let ownBulk = zip(loops, demands).map { loop, demand in
            ConnectionPool(loop: loop, limits: limits, endpoints: endpoints, only: endpoint) { demand.want() }
        }
        let onLost: @Sendable () -> Void = { [weak self] in self?.lost(address) }
        let connectors = loops.indices.flatMap { index in
            [(balanced[index], own[index], Demand?.none), (balancedBulk[index], ownBulk[index], demands[index])].map {
                Connector(
                    service: service, address: address, tls: tls, loop: loops[index], pools: [$0, $1], limits: limits,
                    time: time, drainTime: drainTime, endpoint: endpoint, zone: zone, demand: $2, onLost: onLost,
                    tap: tap, logger: logger)
            }
        }
        return Replica(
            address: address, number: number, endpoint: endpoint, client: makeClient(own),
            bulk: makeClient(ownBulk), pools: own + ownBulk, demands: demands, connectors: connectors)
    }

    /// A call of the balanced bulk client found no connection on its loop: all addresses make one, and then share.
    private func wantBulk(onLoop index: Int) {
        let replicas = state.withLock { Array($0.replicas.values) }
        for replica in replicas { replica.demands[index].want() }
    }

    /// A connection that worked is gone: whoever named its address is asked whether it still does.
    private func lost(_ address: ServiceAddress) {
        let names = state.withLock { $0.book.names(giving: address) }
        for name in names { watches[name]?.wish.yield() }
    }

    // MARK: Running

    /// Connects, and connects again, until told to stop. Runs once.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for (number, watch) in self.watches {
                    group.addTask {
                        await watch.run { addresses in self.follow { $0.learn(addresses, ofPlace: number) } }
                    }
                }
                var last = 0
                for await _ in self.addressChanges() {
                    let fresh = self.state.withLock { state in
                        defer { last = state.lastNumber }
                        return state.replicas.values.filter { $0.number > last }
                    }
                    for replica in fresh { group.addTask { await replica.run() } }
                }
                group.cancelAll()
            }
        }
    }

    /// Connects for as long as `body` runs; for tools that make a few calls and go.
    package func whileConnected<T: Sendable>(
        _ body: @Sendable (RPCClient) async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.run() }
            defer { group.cancelAll() }
            return try await body(client)
        }
    }

    /// What a pool calls that is made before the connections it belongs to.
    private final class Wants: Sendable {
        let body = Mutex<(@Sendable () -> Void)?>(nil)
        func tell() { body.withLock { $0 }?() }
    }
}
