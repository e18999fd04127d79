// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOHTTP1

/// A request whose head has arrived. Its body may still be on its way.
package struct HTTPRequest: Sendable {
    package let method: HTTPMethod
    /// The path as sent, without the query and still percent-encoded.
    package let path: String
    /// What stood after `?`, or "".
    package let queryText: String
    package let headers: HTTPHeaders
    /// The client's address, without its port.
    package let remote: String
    let bytes: RequestBody

    init(head: HTTPRequestHead, remote: String, bytes: RequestBody) {
        method = head.method
        headers = head.headers
        self.remote = remote
        self.bytes = bytes
        if let mark = head.uri.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(head.uri[..<mark])
            queryText = String(head.uri[head.uri.utf8.index(after: mark)...])
        } else {
            path = head.uri
            queryText = ""
        }
    }

    /// The header's first value, or nil.
    package func header(_ name: String) -> String? { headers.first(name: name) }

    /// The query's names and values, decoded, in order. A pair whose encoding is broken is left as it came.
    package var query: [(name: String, value: String)] {
        queryText.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1] : ""
            return (
                PercentText.decode(parts[0], isQuery: true) ?? String(parts[0]),
                PercentText.decode(value, isQuery: true) ?? String(value)
            )
        }
    }

    /// The first value of a name in the query, or nil.
    package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The whole body.
    /// - Throws: 413 as soon as it is known to be longer than `limit` bytes, `clientGone`, or 408.
    package func body(atMost limit: Int) async throws(HTTPFailure) -> ByteBuffer {
        try await bytes.collect(atMost: limit)
    }

    /// The next part of the body as it arrived, or nil at its end. The client is held back while nobody asks.
    package func nextBodyPart() async throws(HTTPFailure) -> ByteBuffer? {
        try await bytes.next()
    }
}
