// SPDX-License-Identifier: Apache-2.0

/// The addresses to try for a host, one after the other, and whether they should be looked up again.
struct HostAddresses {
    enum Next: Equatable {
        case useSocket
        case use(String)
        /// They are being looked up.
        case wait
    }

    private let kind: HostResolver.Kind
    private var found: [String] = []
    private var turn = 0
    private var isStale = true
    /// Set when a lookup is wanted; the reactor takes it and starts one.
    private(set) var wantsLookup = false
    private var isLookingUp = false

    init(host: String) { kind = HostResolver.kind(of: host) }

    mutating func next() -> Next {
        switch kind {
        case .socket: return .useSocket
        case .address(let address): return .use(address)
        case .name:
            if isStale || found.isEmpty {
                if !isLookingUp { wantsLookup = true }
                return .wait
            }
            turn += 1
            return .use(found[turn % found.count])
        }
    }

    /// A server that moved has another address under the same name: after a failure, look again.
    mutating func noteFailure() { isStale = true }

    mutating func takeLookup() -> Bool {
        guard wantsLookup else { return false }
        wantsLookup = false
        isLookingUp = true
        return true
    }

    mutating func resolved(_ addresses: [String]) {
        isLookingUp = false
        isStale = false
        found = addresses
    }
}
