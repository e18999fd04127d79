// SPDX-License-Identifier: Apache-2.0

/// Bounds that both kinds of window share.
package enum CreditWindows {
    /// No window ever grows beyond this: the sum stays exact in 32 bits on every peer.
    @inlinable package static var largest: UInt32 { UInt32(Int32.max) }

    /// What a payload costs: its octets, but one at least. A message of no octets takes room where it waits as any
    /// other does, and were it free a peer could have us hold any number.
    @inlinable
    package static func cost(_ payload: Int) -> Int { max(1, payload) }
}

/// What we may still send, on a stream or on a connection.
///
/// A frame may be sent while credit is above zero, and then costs its whole payload: the last one may drive credit
/// below zero. So a message longer than the window still passes, alone, and what a peer must hold is bounded by its
/// window plus one frame.
@frozen
package struct SendWindow: Sendable {
    @usableFromInline var left: Int64

    @inlinable
    package var credit: Int64 { left }

    @inlinable
    package var isOpen: Bool { left > 0 }

    @inlinable
    package init(initial: UInt32) { left = Int64(initial) }

    /// Takes off what a payload costs.
    @inlinable
    package mutating func spend(_ payload: Int) { left -= Int64(CreditWindows.cost(payload)) }

    package mutating func grant(_ bytes: UInt32) throws(WireViolation) {
        guard bytes > 0, left + Int64(bytes) <= Int64(CreditWindows.largest) else {
            throw WireViolation(.creditOverflow)
        }
        left += Int64(bytes)
    }
}

/// What a peer may still send us, and what we owe it.
@frozen
package struct ReceiveWindow: Sendable {
    package let size: UInt32
    /// As the peer's `SendWindow` stands once all our grants have arrived.
    @usableFromInline var left: Int64
    /// Consumed here but not granted back yet.
    @usableFromInline var owed: Int64 = 0

    @inlinable
    package var remaining: Int64 { left }

    @inlinable
    package init(size: UInt32) {
        self.size = size
        left = Int64(size)
    }

    /// Counts an arriving payload.
    @inlinable
    package mutating func receive(_ payload: Int) throws(WireViolation) {
        guard left > 0 else { throw WireViolation(.creditOverrun) }
        left -= Int64(CreditWindows.cost(payload))
    }

    /// Counts what the application has taken: the costs of one payload or of several.
    /// - Returns: What to grant now. Zero until half a window is owed: one CREDIT frame then pays for many messages,
    ///   and the peer still has the other half to send meanwhile.
    @inlinable
    package mutating func consume(_ costs: Int) -> UInt32 {
        owed += Int64(costs)
        guard owed >= Int64(size) / 2, owed > 0 else { return 0 }
        let grant = UInt32(clamping: min(owed, Int64(CreditWindows.largest)))
        owed -= Int64(grant)
        left += Int64(grant)
        return grant
    }
}
