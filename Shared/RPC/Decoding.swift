// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives

extension BinaryMessage {
    /// Reads a whole payload; what does not decode is our peer's fault, not its caller's.
    static func decoded(from payload: ByteBuffer) throws(Failure) -> Self {
        do {
            return try payload.withUnsafeReadableBytes { try Self(decoding: $0) }
        } catch {
            throw .undecodable(String(describing: error))
        }
    }
}

extension Failure {
    /// A server of ours sent what it should not have. Names the field, never its content.
    static func undecodable(_ detail: String) -> Failure {
        Failure(.internal, "Something went wrong on our side.", reason: "undecodable", detail: detail)
    }

    /// A caller sent what it should not have: as with a whole request, that is its own fault.
    static let undecodableInput = Failure(
        .invalidArgument, "A message of the stream is malformed.", reason: "undecodable")
}
