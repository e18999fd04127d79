// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Finds a port of the loopback that nobody listens on.
package enum FreePort {
    /// The kernel gives one and we give it back at once; another process could take it in between, which is rare
    /// enough for tests and shows as a server that does not start.
    package static func find() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw TestKitFailure("no socket") }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 ? getsockname(socket, pointer, &length) : -1
            }
        }
        guard status == 0 else { throw TestKitFailure("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
