// SPDX-License-Identifier: Apache-2.0

/// What becomes of bytes that go one way through a `FaultProxy`.
///
/// The first four only change when bytes arrive and in what pieces, which TCP never promised: whoever speaks over it
/// must
/// not notice. Incidents are what it must survive.
package struct LinkConditions: Sendable {
    package enum Fault: Hashable, Sendable {
        /// The receiver is told by FIN that no more comes. The other way goes on.
        case finish
        /// Both sockets end by RST.
        case reset
        /// The next octet is changed in these bits; not 0.
        case corrupt(UInt8)
        /// The last so many octets come once more; at most `mostRepeated`.
        case again(Int)
        /// Nothing is read any more: the sender's socket fills up, and neither end is told.
        case stall
        /// All is read and nothing arrives, not even the end: the sender believes in a connection that is half gone.
        case swallow
    }

    package struct Incident: Hashable, Sendable {
        /// Octets that have passed before, counted from when these conditions began for the connection.
        package var position: Int
        package var fault: Fault

        package init(at position: Int, _ fault: Fault) {
            self.position = position
            self.fault = fault
        }
    }

    /// How long each piece is on its way; the order stays.
    package var delay: ClosedRange<Duration> = .zero ... .zero
    /// The rate of a slow line; nil for none.
    package var octetsPerSecond: Int?
    /// Bytes are cut into segments of 1 up to so many octets, small ones as likely as large; nil leaves them whole.
    package var largestSegment: Int?
    /// Everything waits for the next multiple of this and then goes in one piece.
    package var gathering: Duration?
    /// In any order; of two at one position both happen.
    package var incidents: [Incident] = []

    package static let mostRepeated = 4 << 10

    package init() {}

    /// Bytes as they are.
    package static let clear = LinkConditions()
}
