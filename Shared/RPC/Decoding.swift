// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives

extension BinaryMessage {
    /// Reads a whole payload; what does not decode is our peer's fault, not its caller's.
    static func decoded(from payload: ByteBuffer) throws(Failure) -> Self {
        let result = payload.withUnsafeReadableBytes { bytes in
            Result { () throws(DecodeFailure) in try Self(decoding: bytes) }
        }
        switch result {
        case .success(let message): return message
        case .failure(let failure): throw .undecodable(failure.description)
        }
    }
}

extension Failure {
    /// A peer of ours sent what it should not have. Names the field, never its content.
    static func undecodable(_ detail: String) -> Failure {
        Failure(.internal, "Something went wrong on our side.", reason: "undecodable", detail: detail)
    }
}
