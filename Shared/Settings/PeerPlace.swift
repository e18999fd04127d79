// SPDX-License-Identifier: Apache-2.0

/// Where replicas of a service are found, as settings write it: `127.0.0.1:7601` is one replica,
/// `dns:model-worker.parley.svc.cluster.local:7601` one at every address of the name.
package struct PeerPlace: Hashable, Sendable, CustomStringConvertible {
    package var at: HostAndPort
    /// Whether the host stands for all of its addresses, as a Kubernetes headless service publishes them.
    package var isEveryAddress: Bool

    package var port: Int { at.port }

    package init(_ at: HostAndPort, isEveryAddress: Bool = false) {
        self.at = at
        self.isEveryAddress = isEveryAddress
    }

    private static let prefix = "dns:"
    /// What a text has to be, for who wrote another.
    package static let expectation =
        "host:port for one replica or dns:name:port for one at every address of the name, the port from 1 to 65535"

    /// nil unless the text is an address, or `dns:`, a host name (RFC 1123; no number) and a port.
    package init?(_ text: some StringProtocol) {
        // `dns:7101` is port 7101 of a host that is called dns.
        guard text.hasPrefix(Self.prefix), text.dropFirst(Self.prefix.count).contains(":") else {
            guard let address = HostAndPort(text) else { return nil }
            self.init(address)
            return
        }
        guard let address = HostAndPort(text.dropFirst(Self.prefix.count)), Self.isName(address.host) else {
            return nil
        }
        self.init(address, isEveryAddress: true)
    }

    package var description: String { isEveryAddress ? "\(Self.prefix)\(at)" : "\(at)" }

    /// At most 253 characters in labels of at most 63. A last label of digits alone would make it an IPv4 address. A
    /// dot at the end keeps the resolver from trying the domains of its search list.
    private static func isName(_ host: String) -> Bool {
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let isSpelled = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    switch $0 {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
        let isNumber = labels.last?.allSatisfy(\.isNumber) ?? true
        return isSpelled && !isNumber && name.utf8.count <= 253
    }
}
