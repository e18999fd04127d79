// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Whose fault it is how a call ended: what breakers, balancing and hedging look at, instead of seventeen codes.
package enum Outcome: String, CaseIterable, Sendable {
    /// Answered well.
    case ok
    /// The caller's own doing: any other server would have said the same.
    case client
    /// The server has too much to do. It works, so it is spared for a while and never shut out.
    case overload
    /// The server, or the way to it, failed.
    case fault

    /// - Parameter isAnswered: Whether the peer said it. A deadline of which the peer itself says that it has passed is
    ///   the caller's, set too short; one that passes in silence is the peer's.
    package init(_ code: StatusCode, isAnswered: Bool) {
        switch code {
        case .ok: self = .ok
        case .deadlineExceeded: self = isAnswered ? .client : .fault
        case .resourceExhausted: self = .overload
        case .cancelled, .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
            .aborted, .outOfRange, .unimplemented, .unauthenticated:
            self = .client
        // `unknown`, `internal`, `unavailable`, `data_loss`, and numbers of newer peers: an answer that we cannot read
        // is not taken for a good one.
        default: self = .fault
        }
    }
}
