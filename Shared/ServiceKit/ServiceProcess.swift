// SPDX-License-Identifier: Apache-2.0

package import Logging
package import NIOCore
import NIOPosix
package import Postgres
package import Primitives
package import RPC
package import Redis
package import ServiceLifecycle
package import Settings
import Synchronization
package import TLS
package import Telemetry
package import Transport
import Wire

/// One running process of the suite, while its service is put together and while it runs.
///
/// `run` is the whole of a main: settings, telemetry, identity, the service itself, then its parts are started in
/// the order they were asked for and stopped in reverse: the listener first, what it needs last.
package final class ServiceProcess<Configuration: ServiceSettings>: Sendable {
    package let configuration: Configuration
    package let standard: StandardSettings
    package let logger: Logger
    package let time: any TimeSource
    package let identifiers: any IdentifierSource
    package let loops: any EventLoopGroup
    package let spans: SpanRecorder
    package let health: HealthBoard
    let metrics: PrometheusRegistry
    let observer: CallTelemetry
    let certificates: CertificateWatch
    private let serverTLS: TLSSource
    private let clientTLS: TLSSource
    private let redisTLS: TLSSource?

    private struct State {
        var parts: [ProcessPart] = []
        var connections: [PeerName: RPCConnections] = [:]
        var database: Database?
        var redis: RedisClient?
        var tables: [MethodTable] = []
    }
    private let state = Mutex(State())

    init(
        configuration: Configuration, standard: StandardSettings, telemetry: ProcessTelemetry,
        loops: any EventLoopGroup, time: any TimeSource, hearsSignals: Bool
    ) throws(TLSFailure) {
        self.configuration = configuration
        self.standard = standard
        self.time = time
        self.loops = loops
        logger = telemetry.logger("process")
        spans = telemetry.spans
        metrics = telemetry.metrics
        identifiers = SystemIdentifiers(time: time)
        health = HealthBoard(time: time)
        observer = CallTelemetry(spans: telemetry.spans, metrics: telemetry.metrics)
        let files = standard.identity
        let identity = TLSIdentity(
            certificateFile: files.certificate, keyFile: files.key, authorityFile: files.authority)
        certificates = CertificateWatch(
            metrics: telemetry.metrics, logger: telemetry.logger("process"), hearsSignals: hearsSignals)
        let own = try certificates.keep("own", files: [files.certificate, files.key, files.authority]) {
            () throws(TLSFailure) in [try .server(identity: identity), try .client(identity: identity)]
        }
        (serverTLS, clientTLS) = (own[0], own[1])
        // Not `map`: its closure would throw any error, and this initialiser throws TLS failures only.
        if let file = standard.redis.authority {
            redisTLS = try certificates.keep("redis", files: [file]) {
                () throws(TLSFailure) in [try .client(authorityFile: file)]
            }.first
        } else {
            redisTLS = nil
        }
    }

    // MARK: What a service asks for

    /// The service's database, as the role and with the bounds of its settings. The same one every time.
    package func postgres() -> Database {
        if let known = state.withLock({ $0.database }) { return known }
        let place = standard.postgres
        let encryption: DatabaseSettings.Encryption =
            if let file = place.authority { .verified(authorityFile: file) } else { .off }
        var settings = DatabaseSettings(
            host: place.host, port: place.port, database: place.database, user: place.user,
            passwordFile: place.passwordFile, encryption: encryption)
        settings.applicationName = standard.instance
        let database = Database(settings, logger: logger, time: time)
        state.withLock { $0.database = database }
        add(database, name: "postgres")
        health.require("postgres") { database.isHealthy }
        return database
    }

    /// The service's Redis. The same one every time.
    package func redis() -> RedisClient {
        if let known = state.withLock({ $0.redis }) { return known }
        let place = standard.redis
        var settings = RedisSettings(
            host: place.host, port: place.port, user: place.user, passwordFile: place.passwordFile)
        if let tls = redisTLS {
            settings.secure = { channel in
                let handler = try TLSHandler(client: tls.current, expecting: place.host)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
        let redis = RedisClient(settings, loop: loops.next(), logger: logger, time: time)
        state.withLock { $0.redis = redis }
        add(redis, name: "redis")
        health.require("redis") { redis.isHealthy }
        return redis
    }

    /// The connections to every address of a service, for whoever picks the address itself.
    package func connections(of peer: PeerName) -> RPCConnections {
        if let known = state.withLock({ $0.connections[peer] }) { return known }
        let places = (standard.peers[peer] ?? []).map { place -> ServicePlace in
            place.isEveryAddress
                ? .everyAddress(ofName: place.at.host, port: place.port)
                : .address(ServiceAddress(host: place.at.host, port: place.port))
        }
        let connections = RPCConnections(
            service: peer, places: places, tls: clientTLS, group: loops, observer: observer, time: time,
            drainTime: standard.drain, zone: standard.zone, logger: logger)
        state.withLock { $0.connections[peer] = connections }
        add(connections, name: "connections to \(peer)")
        health.expect(peer.rawValue) { connections.client.isConnected }
        return connections
    }

    /// A client that calls whichever replica of a service has the least to do.
    package func client(of peer: PeerName) -> RPCClient { connections(of: peer).client }

    /// The same for what is large: files, batches of embeddings. Its connections are others, so that nothing small
    /// stands behind it.
    package func bulkClient(of peer: PeerName) -> RPCClient { connections(of: peer).bulk }

    /// Serves these methods on the process's port, with callers as the contract says or the settings override. May be
    /// called several times, as for a service and its admin interface.
    package func serve(_ table: MethodTable) { state.withLock { $0.tables.append(table) } }

    /// A context of a service's own, made now and again whenever one of its files is replaced. `name` is its metric's.
    package func renewed(
        _ name: String, files: [String], _ make: @escaping @Sendable () throws(TLSFailure) -> TLSContext
    ) throws(TLSFailure) -> TLSSource {
        try certificates.keep(name, files: files) { () throws(TLSFailure) in [try make()] }[0]
    }

    /// Adds a long-lived part of the service's own. If it ends before it is asked to, the process stops with status 1.
    /// - Parameter bind: opens the part's port, if it has one, before any part runs.
    package func add(_ service: any Service, name: String, bind: (@Sendable () async throws -> Void)? = nil) {
        state.withLock { $0.parts.append(ProcessPart(name: name, service: service, bind: bind)) }
    }

    package func add(_ service: any Service) { add(service, name: "\(type(of: service))") }

    /// Adds a part that is one function. It works until its task is cancelled, which happens when its turn to stop
    /// has come.
    package func keepRunning(_ name: String, _ run: @escaping @Sendable () async throws -> Void) {
        add(FunctionPart(body: run), name: name)
    }

    // MARK: The end of putting together

    /// Everything to run, in the order of starting.
    func finish() throws -> [ProcessPart] {
        let (parts, tables) = state.withLock { ($0.parts, $0.tables) }
        guard let first = tables.first else {
            if !standard.callers.isEmpty {
                throw SettingsFailure([
                    SettingProblem(key: "callers", found: nil, expected: "nothing: this service answers no calls")
                ])
            }
            if !standard.callerCalls.isEmpty {
                throw SettingsFailure([
                    SettingProblem(key: "caller_calls", found: nil, expected: "nothing: this service answers no calls")
                ])
            }
            return parts
        }
        var table = first
        for other in tables.dropFirst() { table.merge(other) }
        do {
            table = try table.withCallers(standard.callers)
        } catch {
            throw SettingsFailure([
                SettingProblem(key: "callers", found: nil, expected: "methods of this service; \(error.detail ?? "")")
            ])
        }
        var limits = WireLimits.standard
        limits.connectionAge = standard.connections.age
        limits.connectionGrace = standard.connections.grace
        let server = RPCServer(
            table: table, listen: ServiceAddress(host: standard.listen.host, port: standard.listen.port),
            tls: serverTLS, group: loops, limits: limits, observer: observer, time: time, drainTime: standard.drain,
            zone: standard.zone, callerCalls: standard.callerCalls, logger: logger)
        return parts + [ProcessPart(name: "calls", service: server, bind: { _ = try await server.bind() })]
    }
}
