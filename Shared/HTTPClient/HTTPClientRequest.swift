// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOHTTP1

/// One request. Its body is held until it is sent.
package struct HTTPClientRequest: Sendable {
    package var method: HTTPMethod
    /// Behind the origin's own path; begins with a slash.
    package var path: String
    /// Besides host, length, agent and encoding, which every request gets.
    package var headers: HTTPHeaders
    package var body: ByteBuffer?
    /// Octets of the answer's body that are read; a longer one fails.
    package var maxAnswerBytes: Int
    /// For the whole exchange; nil leaves it to the other bounds.
    package var timeLimit: TimeAmount?

    package init(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
        maxAnswerBytes: Int = 1 << 20, timeLimit: TimeAmount? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.maxAnswerBytes = maxAnswerBytes
        self.timeLimit = timeLimit
    }

    func head(for origin: HTTPOrigin) -> HTTPRequestHead {
        var all = HTTPHeaders()
        all.reserveCapacity(headers.count + 4)
        all.add(name: "host", value: origin.authority)
        all.add(name: "user-agent", value: "parley")
        // Nothing here unpacks, and a packed stream would come in larger, later pieces.
        all.add(name: "accept-encoding", value: "identity")
        if let body { all.add(name: "content-length", value: "\(body.readableBytes)") }
        all.add(contentsOf: headers)
        return HTTPRequestHead(version: .http1_1, method: method, uri: origin.path + path, headers: all)
    }
}
