// SPDX-License-Identifier: Apache-2.0

/// The name a peer proved with its certificate: a DNS name in its subjectAltName, such as `gateway` or `auth-admin`.
package struct PeerName: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }
}

extension PeerName {
    package static let gateway = PeerName(rawValue: "gateway")
    package static let auth = PeerName(rawValue: "auth")
    package static let orchestrator = PeerName(rawValue: "orchestrator")
    package static let modelWorker = PeerName(rawValue: "model-worker")
    package static let retriever = PeerName(rawValue: "retriever")
    package static let billing = PeerName(rawValue: "billing")
    package static let moderation = PeerName(rawValue: "moderation")

    /// The seven services, in the order of the port table.
    package static let services: [PeerName] = [
        .gateway, .auth, .billing, .moderation, .retriever, .orchestrator, .modelWorker,
    ]
    /// The name of a service's admin tool.
    package var admin: PeerName { PeerName(rawValue: rawValue + "-admin") }
    /// Every name a certificate of this suite may carry; a setting that names another is refused at start.
    package static let known: Set<PeerName> = Set(services + services.map(\.admin))
}
