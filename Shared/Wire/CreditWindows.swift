// SPDX-License-Identifier: Apache-2.0

/// Bounds that both kinds of window share.
package enum CreditWindows {
    /// No window ever grows beyond this: the sum stays exact in 32 bits on every peer.
    package static let largest = UInt32(Int32.max)
}

/// What we may still send, on a stream or on a connection.
///
/// A frame may be sent while credit is above zero, and then costs its whole payload: the last one may drive credit
/// below zero. So a message longer than the window still passes, alone, and what a peer must hold is bounded by its
/// window plus one frame.
package struct SendWindow: Sendable {
    package private(set) var credit: Int64

    @inlinable
    package var isOpen: Bool { credit > 0 }

    package init(initial: UInt32) { credit = Int64(initial) }

    package mutating func spend(_ bytes: Int) { credit -= Int64(bytes) }

    package mutating func grant(_ bytes: UInt32) throws(WireViolation) {
        guard bytes > 0, credit + Int64(bytes) <= Int64(CreditWindows.largest) else {
            throw WireViolation(.creditOverflow)
        }
        credit += Int64(bytes)
    }
}

/// What a peer may still send us, and what we owe it.
package struct ReceiveWindow: Sendable {
    package let size: UInt32
    /// As the peer's `SendWindow` stands once all our grants have arrived.
    package private(set) var remaining: Int64
    /// Consumed here but not granted back yet.
    package private(set) var owed: Int64 = 0

    package init(size: UInt32) {
        self.size = size
        remaining = Int64(size)
    }

    /// Counts an arriving payload.
    package mutating func receive(_ bytes: Int) throws(WireViolation) {
        guard remaining > 0 || bytes == 0 else { throw WireViolation(.creditOverrun) }
        remaining -= Int64(bytes)
    }

    /// Counts what the application has taken.
    /// - Returns: What to grant now. Zero until half a window is owed: one CREDIT frame then pays for many messages,
    ///   and the peer still has the other half to send meanwhile.
    package mutating func consume(_ bytes: Int) -> UInt32 {
        owed += Int64(bytes)
        guard owed >= Int64(size) / 2, owed > 0 else { return 0 }
        let grant = UInt32(clamping: min(owed, Int64(CreditWindows.largest)))
        owed -= Int64(grant)
        remaining += Int64(grant)
        return grant
    }
}
