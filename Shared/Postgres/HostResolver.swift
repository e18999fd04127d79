// SPDX-License-Identifier: Apache-2.0

import Glibc
import Primitives

/// Finds a host's addresses. The system's resolver blocks, for seconds when a name server is gone, so names are
/// resolved on a thread of their own and the reactor only ever sees addresses.
enum HostResolver {
    enum Kind: Equatable {
        /// A unix socket: there is no address.
        case socket
        /// The host is an address already.
        case address(String)
        case name
    }

    static func kind(of host: String) -> Kind {
        if host.hasPrefix("/") { return .socket }
        // Room for an IPv6 address, the larger of the two.
        var parsed = in6_addr()
        if inet_pton(AF_INET, host, &parsed) == 1 || inet_pton(AF_INET6, host, &parsed) == 1 { return .address(host) }
        return .name
    }

    /// Calls `done` with the addresses, on another thread; with none when the name is not known.
    static func resolve(_ host: String, _ done: @escaping @Sendable ([String]) -> Void) {
        let started = DetachedThread.start { done(addresses(of: host)) }
        if !started { done([]) }
    }

    private static func addresses(of host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let status = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            guard status == 0 else { continue }
            let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if !found.contains(address) { found.append(address) }
        }
        return found
    }
}
