// SPDX-License-Identifier: Apache-2.0

/// Every bound of an HTTP port, with the reason for its default.
package struct HTTPLimits: Sendable {
    /// The largest body any handler may ask for; handlers ask for less.
    package var bodyBytes = 64 << 20
    /// A browser's cookies and a bearer token fit in a quarter of it.
    package var headerBytes = 32 << 10
    package var headerFields = 100
    /// The longest single header field, and the longest request target.
    package var headerFieldBytes = 16 << 10
    /// Open connections of the whole port. Each costs a descriptor and about 20 KB.
    package var connections = 10_000
    /// Requests sent ahead on one connection before we stop reading it, counted in parts (head, body, end).
    package var pipelinedParts = 48
    /// Body bytes held for a handler that does not read before we stop reading the connection.
    package var bufferedBodyBytes = 256 << 10
    /// Bytes written and not yet taken by the socket before writers wait.
    package var bufferedResponseBytes = 64 << 10
    /// From the first byte of a request, or from the accept of a connection, to the end of its head.
    package var headTime: Duration = .seconds(10)
    /// Between requests of one connection.
    package var idleTime: Duration = .seconds(75)
    /// What a body may take in addition to its bytes at `bodyBytesPerSecond`.
    package var bodyTime: Duration = .seconds(20)
    /// The slowest sender we wait for: a bad mobile line.
    package var bodyBytesPerSecond = 8 << 10
    /// How long a client may take nothing of an answer.
    package var writeTime: Duration = .seconds(60)
    /// A request we refused early is read on for this long, so that its sender sees the answer and not a reset.
    package var lingerTime: Duration = .seconds(2)
    package var lingerBytes = 4 << 20
    /// How long running requests may finish after the port was asked to stop.
    package var drainTime: Duration = .seconds(20)

    package init() {}
}
