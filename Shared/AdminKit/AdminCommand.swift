// SPDX-License-Identifier: Apache-2.0

package import ArgumentParser
import FoundationEssentials
import Logging
import NIOPosix
package import Primitives
import RPC
import Settings
import TLS
import Transport

/// One verb of an admin tool: it calls its service under the tool's own certificate.
///
/// A verb's file holds its options and `perform`. Reading asks (`session.ask`); changing goes through
/// `session.change`, which is a dry run unless `--apply` is given and leaves an audit line.
package protocol AdminCommand: AsyncParsableCommand, Sendable {
    static var service: PeerName { get }
    /// Declared as `@OptionGroup var admin: AdminOptions`.
    var admin: AdminOptions { get }
    func perform(_ session: AdminSession) async throws
}

extension AdminCommand {
    package mutating func run() async throws {
        let status = await Self.status(of: self, environment: ProcessInfo.processInfo.environment)
        if status != AdminExit.ok { throw ArgumentParser.ExitCode(status) }
    }

    /// The verb's whole run, as the status it would exit with.
    package static func status(
        of command: Self, environment: [String: String],
        write: @escaping @Sendable (String, AdminReport.Stream) -> Void = AdminReport.toTerminal
    ) async -> Int32 {
        let tool = service.admin.rawValue
        let report = AdminReport(
            tool: tool, verb: Self._commandName, isJSON: command.admin.json, isApplied: command.admin.apply,
            write: write)
        var address: String?
        do {
            let place = try AdminPlace.read(command.admin, tool: tool, service: service, environment: environment)
            address = "\(place.address)"
            try await connect(to: place, command: command, report: report)
            return AdminExit.ok
        } catch {
            let failure = AdminFailure(error, tool: tool, address: address)
            report.note(failure.text)
            return failure.status
        }
    }

    private static func connect(to place: AdminPlace, command: Self, report: AdminReport) async throws {
        let timeout = Duration.seconds(command.admin.timeout)
        try await AdminPlace.connected(to: place, as: service.admin.rawValue) { client in
            try await command.perform(AdminSession(client: client, report: report, timeout: timeout))
        }
    }
}

/// Where the service is and who we are to it.
struct AdminPlace {
    var service: PeerName
    var address: ServiceAddress
    var identity: TLSIdentity

    /// The names that services see us by; nil when there is none.
    var ownNames: String? {
        // A certificate that cannot be read has been told of before this is asked.
        guard let tls = try? TLSContext.client(identity: identity), !tls.ownNames.isEmpty else { return nil }
        return tls.ownNames.joined(separator: ", ")
    }

    static func standard(of service: PeerName) -> ServiceAddress {
        ServiceAddress(host: "127.0.0.1", port: StandardSettings.port(of: service))
    }

    /// Connects for as long as `body` runs.
    /// - Parameter name: What the server's certificate must carry; the service's own name without it.
    static func connected<T: Sendable>(
        to place: AdminPlace, as tool: String, reaching name: String? = nil, tap: (any WireTap)? = nil,
        _ body: @Sendable (RPCClient) async throws -> T
    ) async throws -> T {
        let tls: TLSContext
        do {
            tls = try .client(identity: place.identity)
        } catch {
            throw SettingsFailure([
                SettingProblem(key: "tls", found: nil, expected: "a certificate, its key and an authority; \(error)")
            ])
        }
        // What a connection has to say for itself is told when the call fails, not while it is tried.
        let logger = Logger(label: tool) { _ in SwiftLogNoOpLogHandler() }
        let connections = RPCConnections(
            service: name.map(PeerName.init(rawValue:)) ?? place.service, addresses: [place.address], tls: tls,
            group: MultiThreadedEventLoopGroup(numberOfThreads: 1), drainTime: .seconds(1), tap: tap,
            logger: logger)
        return try await connections.whileConnected(body)
    }

    /// Reads the settings; a service's own file serves too, its other keys are ignored.
    static func read(
        _ options: AdminOptions, tool: String, service: PeerName, environment: [String: String]
    ) throws -> AdminPlace {
        let outcome = try SettingsLoader.load(
            program: tool, arguments: [tool] + options.settings, environment: environment, unknownKeys: .ignored
        ) { reader in
            let standard = HostAndPort(host: "127.0.0.1", port: StandardSettings.port(of: service))
            let addresses = reader.addresses(
                "address", default: [standard], help: "Where the service answers calls; the first of several is used.")
            let files = IdentitySettings(&reader)
            let place = addresses.first ?? standard
            return AdminPlace(
                service: service, address: ServiceAddress(host: place.host, port: place.port),
                identity: TLSIdentity(
                    certificateFile: files.certificate, keyFile: files.key, authorityFile: files.authority))
        }
        switch outcome {
        case .loaded(let place): return place
        case .page(let page): throw CleanExit.message(page)
        }
    }
}
