// SPDX-License-Identifier: Apache-2.0

import Glibc
import Primitives

/// The principals of a connection's recent calls, with the octets that spelt them.
///
/// Calls come in runs for the same few principals, and comparing two hundred octets costs a tenth of reading them into
/// ids and scopes again. One place for each value of the user id's last octet, which is random: a
/// principal displaces whoever had its place, so the memory is bounded and nothing has to be searched.
package struct RecentPrincipals: Sendable {
    private final class Known: Sendable {
        let principal: Principal
        let hasKey: Bool
        let spelling: [UInt8]

        init(principal: Principal, hasKey: Bool, spelling: [UInt8]) {
            self.principal = principal
            self.hasKey = hasKey
            self.spelling = spelling
        }
    }
    private static let places = 256
    /// Where the user id's last octet stands in a principal's spelling.
    private static let userOctet = 47
    private var known: [Known?] = []

    package init() {}

    /// A recent principal, if `bytes` begin with the octets that spelt it, and how many they are.
    func match(_ bytes: UnsafeRawBufferPointer, hasKey: Bool) -> (principal: Principal, count: Int)? {
        guard !known.isEmpty, bytes.count > Self.userOctet,
            let found = known[Int(bytes[Self.userOctet]) % Self.places], found.hasKey == hasKey,
            bytes.count >= found.spelling.count
        else { return nil }
        let isSame = found.spelling.withUnsafeBytes { spelling in
            guard let a = spelling.baseAddress, let b = bytes.baseAddress else { return false }
            return memcmp(a, b, spelling.count) == 0
        }
        return isSame ? (found.principal, found.spelling.count) : nil
    }

    mutating func keep(_ principal: Principal, _ spelling: UnsafeRawBufferPointer) {
        if known.isEmpty { known = Array(repeating: nil, count: Self.places) }
        known[Int(spelling[Self.userOctet]) % Self.places] = Known(
            principal: principal, hasKey: principal.key != nil, spelling: Array(spelling))
    }
}

/// The same for the calling end: how it spelt the principals of its recent calls.
package struct SpeltPrincipals: Sendable {
    private final class Spelt: Sendable {
        let principal: Principal
        let octets: [UInt8]

        init(_ principal: Principal, _ octets: [UInt8]) {
            self.principal = principal
            self.octets = octets
        }
    }
    private static let places = 16
    private var spelt: [Spelt?] = []

    package init() {}

    private static func place(of principal: Principal) -> Int {
        Int(truncatingIfNeeded: principal.user.uuid.low) & (places - 1)
    }

    /// Writes the octets that spelt the principal before.
    /// - Returns: Whether there were any.
    func write(_ principal: Principal, to sink: inout ByteSink) -> Bool {
        guard !spelt.isEmpty, let known = spelt[Self.place(of: principal)], known.principal.isSame(as: principal)
        else { return false }
        known.octets.withUnsafeBytes { sink.octets($0) }
        return true
    }

    mutating func keep(_ principal: Principal, _ octets: UnsafeRawBufferPointer) {
        if spelt.isEmpty { spelt = Array(repeating: nil, count: Self.places) }
        spelt[Self.place(of: principal)] = Spelt(principal, Array(octets))
    }
}
