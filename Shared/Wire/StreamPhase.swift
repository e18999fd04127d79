// SPDX-License-Identifier: Apache-2.0

/// How far a call has come. It moves only forward: open, half closed by the caller, closed.
///
/// The caller's half closes by OPEN with `lastFromCaller` or by END; END from the server closes the whole call, as
/// trailers do in gRPC. A frame that would move it backward is the peer's mistake and ends the connection.
package struct StreamPhase: Hashable, Sendable {
    package private(set) var callerIsDone: Bool
    package private(set) var isClosed = false

    package init(callerIsDone: Bool) { self.callerIsDone = callerIsDone }

    /// A DATA frame from the caller, seen by the server.
    package func receiveDataFromCaller() throws(WireViolation) {
        guard !isClosed, !callerIsDone else { throw WireViolation(.frameForClosedSide) }
    }

    /// END from the caller: its half is done.
    package mutating func receiveEndFromCaller() throws(WireViolation) {
        guard !isClosed, !callerIsDone else { throw WireViolation(.frameForClosedSide) }
        callerIsDone = true
    }

    /// The caller closes its own half.
    /// - Returns: Whether there was anything to close, hence an END to send.
    package mutating func finishCaller() -> Bool {
        guard !isClosed, !callerIsDone else { return false }
        callerIsDone = true
        return true
    }

    /// The call is over, by END, CANCEL or the loss of its connection.
    /// - Returns: Whether it was still going on.
    package mutating func close() -> Bool {
        guard !isClosed else { return false }
        isClosed = true
        callerIsDone = true
        return true
    }
}
