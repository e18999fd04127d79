// SPDX-License-Identifier: Apache-2.0

/// A token's number in its model's vocabulary, as the wire carries it.
package typealias TokenID = UInt32

/// One request inside this process. Never leaves it.
package struct RequestID: Hashable, Comparable, Sendable {
    package var number: UInt64
    package init(_ number: UInt64) { self.number = number }
    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// Who may share cached tokens: equal tokens under another salt or adapter are somebody else's.
package struct PrefixScope: Hashable, Sendable {
    /// Keeps tenants apart. Sharing across tenants would tell one what another asked, by the time its answer takes.
    package var salt: [UInt8]
    package var adapter: String

    package init(salt: [UInt8], adapter: String) {
        self.salt = salt
        self.adapter = adapter
    }
}

/// How long a request may be made to wait. The order is the order of service.
package enum RequestClass: Int, Sendable, CaseIterable {
    case premium, standard, batch
}
