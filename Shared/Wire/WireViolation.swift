// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a peer did that the protocol forbids. It ends the connection: after one wrong frame nothing that follows can
/// be trusted to mean what it says.
@frozen
package struct WireViolation: Error, Hashable, Sendable, CustomStringConvertible {
    @frozen
    package enum Kind: String, Sendable {
        case badMagic, versionMismatch, badPreface, frameTooLong, unknownFrame, reservedBitsSet, streamOutOfOrder
        case frameForClosedSide, creditOverrun, creditOverflow, badMetadata, badPayload, tooManyPings, tooManyIdleFrames
    }
    package var kind: Kind
    @inlinable
    package init(_ kind: Kind) { self.kind = kind }

    /// The status told in GOAWAY.
    package var status: StatusCode {
        switch kind {
        case .frameTooLong, .creditOverrun, .tooManyPings, .tooManyIdleFrames: .resourceExhausted
        case .versionMismatch, .unknownFrame: .unimplemented
        default: .internal
        }
    }
    package var description: String { "protocol violation: \(kind.rawValue)" }
}
