// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The settings every service has, with the ports of the one port table.
package struct StandardSettings: Sendable {
    package var service: PeerName
    /// Tells replicas of one service apart in logs and traces.
    package var instance: String
    /// Where the process runs. Told to peers, which prefer their own; unknown prefers nobody.
    package var zone: Zone
    package var listen: HostAndPort
    package var health: HostAndPort
    package var identity: IdentitySettings
    package var peers: [PeerName: [PeerPlace]]
    package var postgres: PostgresAccess
    package var redis: RedisAccess
    package var telemetry: TelemetrySettings
    package var drain: Duration
    package var loops: Int
    /// Methods whose callers differ from what the contract says.
    package var callers: [String: Set<PeerName>]
    /// Callers that may have more or fewer calls open than others.
    package var callerCalls: [PeerName: Int]
    package var connections: ConnectionSettings

    package init(_ reader: inout SettingsReader, service: PeerName) {
        self.service = service
        let port = Self.port(of: service)
        listen = HostAndPort(
            host: reader.string(
                "listen.host", default: "127.0.0.1",
                help: "Address the RPC listener binds. Loopback until somebody decides otherwise."),
            port: reader.int(
                "listen.port", default: port, in: 1...65535, help: "Port of the RPC listener, from the port table."))
        health = HostAndPort(
            host: reader.string(
                "health.host", default: "127.0.0.1",
                help: "Address of /livez, /readyz and /metrics. They are plain HTTP: never bind them to the world."),
            port: reader.int(
                "health.port", default: Self.healthPort(of: service, listening: listen.port), in: 1...65535,
                help: "Port of /livez, /readyz and /metrics: the service's port plus 50."))
        instance = reader.string(
            "instance", default: "\(service)-\(listen.port)",
            help: "Name of this replica in logs and traces.")
        zone = Self.zone(&reader)
        identity = IdentitySettings(&reader)
        peers = [:]
        for peer in PeerName.services where peer != .gateway {
            peers[peer] = reader.places(
                "peers.\(peer)", default: [PeerPlace(HostAndPort(host: "127.0.0.1", port: Self.port(of: peer)))],
                help:
                    "Where \(peer) listens: host:port of each replica, or dns:name:port for one at every address of a "
                    + "name that is watched, such as a Kubernetes headless service.")
        }
        let role = String(service.rawValue.map { $0 == "-" ? "_" : $0 })
        postgres = PostgresAccess(&reader, user: "parley_\(role)")
        redis = RedisAccess(&reader, user: service.rawValue)
        telemetry = TelemetrySettings(&reader)
        drain = reader.duration(
            "drain.seconds", default: .seconds(20), in: .zero ... .seconds(600),
            help: "How long running calls may finish after SIGTERM. Kubernetes kills after 30 s by default.")
        loops = reader.int(
            "loops", default: 1, in: 1...64,
            help: "Event loops. One serves hundreds of thousands of calls a second; more replicas come first.")
        callers = Self.callers(&reader)
        callerCalls = Self.callerCalls(&reader)
        connections = ConnectionSettings(&reader)
    }

    private static func zone(_ reader: inout SettingsReader) -> Zone {
        let name = reader.optionalString(
            "zone",
            help: "Building, rack or availability zone. Calls prefer replicas of the same; without one, none.")
        guard let name else { return .unknown }
        guard let zone = Zone(name) else {
            reader.reject("zone", found: name, expected: "at most \(Zone.largest) octets without control characters")
            return .unknown
        }
        return zone
    }

    private static func callers(_ reader: inout SettingsReader) -> [String: Set<PeerName>] {
        let named = reader.map(
            "callers", help: "Callers by method instead of the contract's: auth.VerifyKey=gateway.")
        var result: [String: Set<PeerName>] = [:]
        for (method, list) in named.sorted(by: { $0.key < $1.key }) {
            let names = list.split(separator: ",").map { PeerName(rawValue: String($0)) }
            for name in names where !PeerName.known.contains(name) {
                let hint = NearestName.hint(for: name.rawValue, among: PeerName.known.map(\.rawValue))
                let advice = hint.map { "; did you mean \($0)?" } ?? ""
                reader.reject("callers.\(method)", found: name.rawValue, expected: "a peer's name\(advice)")
            }
            result[method] = Set(names)
        }
        return result
    }

    private static func callerCalls(_ reader: inout SettingsReader) -> [PeerName: Int] {
        let bounds = 1...1_000_000
        let named = reader.map(
            "caller_calls",
            help: "Calls that a caller may have open at this service over all its connections: billing-admin=20. "
                + "Else 10,000, an admin tool 100.")
        var result: [PeerName: Int] = [:]
        for (name, text) in named.sorted(by: { $0.key < $1.key }) {
            let caller = PeerName(rawValue: name)
            if !PeerName.known.contains(caller) {
                let hint = NearestName.hint(for: name, among: PeerName.known.map(\.rawValue))
                let advice = hint.map { "; did you mean \($0)?" } ?? ""
                reader.reject("caller_calls", found: name, expected: "a peer's name\(advice)")
            }
            guard let count = Int(text), bounds.contains(count) else {
                reader.reject(
                    "caller_calls.\(name)", found: text,
                    expected: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
                continue
            }
            result[caller] = count
        }
        return result
    }

    /// The port table (house: one table, used by everything). Second replicas take ten more.
    package static func port(of service: PeerName) -> Int {
        switch service {
        case .gateway: 7001
        case .auth: 7101
        case .billing: 7201
        case .moderation: 7301
        case .retriever: 7401
        case .orchestrator: 7501
        case .modelWorker: 7601
        default: preconditionFailure("\(service) is no service of the port table")
        }
    }

    /// Health and metrics answer on the service's port plus fifty; the gateway's port is its public one, 8443.
    package static func healthPort(of service: PeerName, listening port: Int) -> Int {
        service == .gateway ? 8443 + 50 : min(port + 50, 65535)
    }
}
