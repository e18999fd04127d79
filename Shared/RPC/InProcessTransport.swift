// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Loops
import NIOCore
package import Primitives
package import Wire

/// A connection to a table of methods in the same process, without sockets or TLS.
///
/// Everything else is as it is between machines: the same frames cross in memory, byte for byte, under the same
/// credit, deadlines and checks of callers. Unit tests of services call through it.
package struct InProcessTransport: Sendable {
    package let client: RPCClient
    private let connection: ClientConnection
    private let server: ServerConnection

    /// - Parameters:
    ///   - caller: The name the table sees, as if a certificate had proved it.
    ///   - time: Where deadlines are measured. With a manual source they are checked when calls are opened; their
    ///     timers still run by the real clock.
    package init(
        table: MethodTable, caller: PeerName, service: PeerName = PeerName(rawValue: "in-process"),
        limits: WireLimits = .standard, observer: (any CallObserver)? = nil, time: any TimeSource = SystemTime(),
        loop: LoopExecutor = .shared, logger: Logger = Logger(label: "in-process")
    ) {
        let pool = ConnectionPool(loop: loop, limits: limits)
        let client = ClientConnection(
            loop: loop, limits: limits, peer: service, pools: [pool], time: time, logger: logger)
        let server = ServerConnection(
            loop: loop, limits: limits, peer: caller, table: table, observer: observer, time: time, logger: logger)
        connection = client
        self.server = server
        self.client = RPCClient(service: service, pools: [pool], limits: limits, observer: observer, time: time)
        loop.execute {
            client.start(Pipe(to: server, loop: loop), keepsAlive: false)
            server.start(Pipe(to: client, loop: loop), keepsAlive: false)
        }
    }

    /// Ends the connection as a lost socket would.
    package func close() {
        connection.loop.execute { [connection] in connection.close(.connectionLost) }
    }

    /// Lets the server finish its calls and take no more.
    package func drain() {
        connection.loop.execute { [server] in server.drain() }
    }

    /// Carries one direction's bytes. They arrive in a later turn of the loop, as from a socket.
    private final class Pipe: ByteTransport {
        private let target: Connection
        private let loop: LoopExecutor

        init(to target: Connection, loop: LoopExecutor) {
            self.target = target
            self.loop = loop
        }

        func write(_ bytes: ByteBuffer) {
            let target = target
            let loop = loop
            loop.eventLoop.execute {
                target.receive(bytes)
                loop.runBatch()
            }
        }

        func close() {
            let target = target
            let loop = loop
            loop.eventLoop.execute {
                target.transportClosed()
                loop.runBatch()
            }
        }
    }
}

extension RPCClient {
    /// A client of a table in this process; see `InProcessTransport`.
    package static func inProcess(table: MethodTable, caller: PeerName) -> RPCClient {
        InProcessTransport(table: table, caller: caller).client
    }
}
