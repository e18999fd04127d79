// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import Wire

extension ByteBuffer {
    /// Appends a metadata block with its length before it, as the OPEN frame starts.
    mutating func append(
        metadataOf context: borrowing CallContext, recent: inout SpeltPrincipals, limits: borrowing WireLimits
    ) throws(Failure) {
        let capacity = MetadataBlock.capacity(
            requestID: context.requestID, principal: context.principal, pairs: context.metadata)
        var encoded: Int?
        writeWithUnsafeMutableBytes(minimumWritableBytes: 2 + capacity) { out in
            encoded = MetadataBlock.encode(
                trace: context.trace, requestID: context.requestID, principal: context.principal,
                pairs: context.metadata, recent: &recent,
                to: UnsafeMutableRawBufferPointer(rebasing: out[2..<2 + capacity]))
            let count = UInt16(clamping: encoded ?? 0)
            out.storeBytes(of: count.littleEndian, as: UInt16.self)
            return 2 + (encoded ?? 0)
        }
        guard let encoded, encoded <= limits.metadataBytes else {
            throw Failure(
                .invalidArgument, "The call carries more metadata than fits.", reason: "metadata_too_large")
        }
    }
}
