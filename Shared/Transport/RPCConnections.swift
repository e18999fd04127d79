// SPDX-License-Identifier: Apache-2.0

package import Logging
import Loops
package import NIOCore
package import Primitives
package import RPC
import ServiceLifecycle
package import TLS
package import Wire

/// Keeps a connection to every address of a service, on every loop, and hands out clients that use them.
///
/// The addresses are a static list. Each is tried again for as long as the process runs; a call waits for the first
/// that works. On graceful shutdown the connections finish their calls and close.
package final class RPCConnections: Service {
    package let service: PeerName
    package let addresses: [ServiceAddress]
    /// Calls whichever address has the least to do.
    package let client: RPCClient
    private let pinned: [ServiceAddress: RPCClient]
    private let connectors: [Connector]

    /// - Parameters:
    ///   - drainTime: How long calls may go on after a graceful shutdown has begun.
    ///   - zone: Where this process runs, told to its peers; those that run there too are preferred.
    ///   - standing: When an address is shut out; tests have less time.
    package init(
        service: PeerName, addresses: [ServiceAddress], tls: TLSContext, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        drainTime: Duration = .seconds(10), zone: Zone = .unknown, standing: StandingLimits = .standard, logger: Logger
    ) {
        self.service = service
        self.addresses = addresses
        let loops = group.makeIterator().map { LoopExecutor.of($0) }
        func makeClient(_ pools: [ConnectionPool]) -> RPCClient {
            RPCClient(service: service, pools: pools, limits: limits, observer: observer, time: time)
        }
        let endpoints = Endpoints(service: service, limits: standing, time: time, logger: logger)
        let balanced = loops.map { ConnectionPool(loop: $0, limits: limits, endpoints: endpoints, zone: zone) }
        var pinned: [ServiceAddress: RPCClient] = [:]
        var connectors: [Connector] = []
        for address in addresses where pinned[address] == nil {
            let endpoint = endpoints.add("\(address)")
            let own = loops.map { ConnectionPool(loop: $0, limits: limits, endpoints: endpoints, only: endpoint) }
            pinned[address] = makeClient(own)
            for (index, loop) in loops.enumerated() {
                connectors.append(
                    Connector(
                        service: service, address: address, tls: tls, loop: loop, pools: [balanced[index], own[index]],
                        limits: limits, time: time, drainTime: drainTime, endpoint: endpoint, zone: zone,
                        logger: logger))
            }
        }
        client = makeClient(balanced)
        self.pinned = pinned
        self.connectors = connectors
    }

    /// The same from PEM files.
    package convenience init(
        service: PeerName, addresses: [ServiceAddress], identity: TLSIdentity, group: any EventLoopGroup,
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        logger: Logger
    ) throws(TLSFailure) {
        self.init(
            service: service, addresses: addresses, tls: try .client(identity: identity), group: group,
            limits: limits, observer: observer, time: time, logger: logger)
    }

    /// A client that calls one address only; nil when the address is not on the list.
    package func client(pinnedTo address: ServiceAddress) -> RPCClient? { pinned[address] }

    /// Connects, and connects again, until told to stop.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for connector in self.connectors { group.addTask { await connector.run() } }
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
}
