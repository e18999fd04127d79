// SPDX-License-Identifier: Apache-2.0

package import NIOHTTP1
package import Primitives

/// How one request went, told once when its answer is complete or its client is gone.
package struct HTTPRecord: Sendable {
    package var method: HTTPMethod
    /// The pattern that matched, such as `/v1/files/{id}`; nil when none did. Never the path: paths hold ids.
    package var route: String?
    package var status: HTTPResponseStatus
    package var started: MonotonicInstant
    package var ended: MonotonicInstant
    package var requestBytes: Int
    package var responseBytes: Int
    /// Whether the client left before the answer was complete.
    package var isAbandoned: Bool
}

/// Hears of every request. Called on the loop: an implementation counts and copies, and does the rest elsewhere.
package protocol HTTPObserver: Sendable {
    func requestEnded(_ record: borrowing HTTPRecord)
}
