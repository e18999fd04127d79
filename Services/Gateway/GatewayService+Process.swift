// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import Primitives
import RPC
package import ServiceKit
import Settings
import Synchronization
import TLS

extension GatewayService {
    /// Puts the gateway together within its process: clients, the ear for revocations, the public ports, and the
    /// methods of its admin tool.
    package static func assemble(_ process: ServiceProcess<GatewayConfiguration>) async throws {
        let configuration = process.configuration
        let service = GatewayService(
            settings: configuration.publicSettings, client: { process.client(of: $0) },
            bulk: { process.bulkClient(of: $0) }, spans: process.spans,
            logger: process.logger, time: process.time, identifiers: process.identifiers)
        process.add(RevocationListener(redis: process.redis(), principals: service.principals), name: "revocations")
        let identity = TLSIdentity(
            certificateFile: configuration.certificate, keyFile: configuration.key, authorityFile: "")
        // Browsers and programs show no certificate; who they are, their key says.
        let edge = try process.renewed("edge", files: [identity.certificateFile, identity.keyFile]) {
            () throws(TLSFailure) in
            try TLSContext.server(
                identity: identity, requiresClientCertificate: false, applicationProtocols: ["http/1.1"])
        }
        var limits = HTTPLimits()
        limits.connections = configuration.connections
        limits.bodyBytes = max(configuration.publicSettings.maximumBodyBytes, service.longestUpload)
        limits.drainTime = process.standard.drain
        var ports = [(name: "public", host: configuration.host, port: configuration.port, tls: TLSSource?.some(edge))]
        if configuration.plainPort > 0 {
            ports.append(("plain", configuration.plainHost, configuration.plainPort, nil))
        }
        for port in ports {
            let server = HTTPServer(
                HTTPServer.Configuration(
                    name: port.name, host: port.host, port: port.port, router: service.router, limits: limits,
                    failureAnswer: service.failureAnswer, observer: service.metrics, time: process.time, tls: port.tls),
                group: process.loops)
            service.ports.withLock { $0.append(server) }
            process.add(server, name: "\(port.name) port", bind: { _ = try await server.bind() })
        }
        process.serve(service.methods)
    }

    /// A form's other parts and its boundary lines come on top of the file itself.
    private var longestUpload: Int { settings.maximumFileBytes + (64 << 10) }
}
