// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Bounds of a client: nothing waits for ever, and nothing grows without end.
package struct HTTPClientLimits: Hashable, Sendable {
    /// Connections open at once, in use or kept. A request beyond them is refused at once.
    package var connections = 1_024
    /// Connections kept for the next request, on each loop.
    package var keptConnections = 64
    /// How long a connection is kept without a request. Servers on uvicorn, vLLM's among them, close theirs after five
    /// seconds; we are first, because a request sent into a closing connection is lost.
    package var keepTime: TimeAmount = .seconds(4)
    package var connectTime: TimeAmount = .seconds(5)
    /// From the last byte of a request to the head of its answer.
    package var headTime: TimeAmount = .seconds(300)
    /// Between two reads of a body, while somebody wants to read.
    package var silence: TimeAmount = .seconds(60)
    /// How long the end of a body that its reader is done with may take, for the connection to be kept.
    package var farewellTime: TimeAmount = .milliseconds(500)
    /// Names and values of an answer's head.
    package var headBytes = 64 << 10
    /// Octets of a body that wait for their reader; beyond them the socket is not read.
    package var bufferedBytes = 64 << 10

    package init() {}
}

/// Why a request has no answer, or not all of one.
package enum HTTPClientFailure: Error, Hashable, Sendable {
    /// No connection came about. `detail` is for our log.
    case notConnected(detail: String)
    /// As many connections are open as may be.
    case tooManyConnections
    /// The server closed or broke the connection before it said anything.
    case closedBeforeAnswer(detail: String)
    /// The server closed or broke the connection in the middle of its answer.
    case cutOff(detail: String)
    /// The head did not come in time.
    case headTimeout
    /// The body stopped coming.
    case silent
    /// The time for the whole exchange is over.
    case tooSlow
    /// More came than was to be read.
    case tooLarge(limit: Int)
    /// What came is not HTTP.
    case malformed(detail: String)
    /// The exchange was ended from our side.
    case aborted
}
