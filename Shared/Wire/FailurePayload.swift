// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The payload of an END whose status is not ok, little-endian:
/// `{retry u8 (0 never, 1 now, 2 after) | reserved u8 = 0 | reason length u16 | message length u16 | reserved u16 = 0 |
/// retry after, milliseconds u32 | reason | message}`. Texts are UTF-8.
package enum FailurePayload {
    package static let headSize = 12
    /// A sentence, not a report; and a machine's name for it. Longer ones are cut at a character.
    package static let largestMessage = 1_024
    package static let largestReason = 128
    package static let largest = UInt32(headSize + largestMessage + largestReason)

    package static func encode(_ failure: Failure) -> [UInt8] {
        let reason = cut(failure.reason, to: largestReason)
        let message = cut(failure.message, to: largestMessage)
        var out: [UInt8] = []
        out.reserveCapacity(headSize + reason.count + message.count)
        var wait: UInt32 = 0
        switch failure.retry {
        case .never: out.append(0)
        case .now: out.append(1)
        case .after(let duration):
            out.append(2)
            wait = UInt32(clamping: max(0, duration.milliseconds))
        }
        out.append(0)
        for number in [UInt16(reason.count), UInt16(message.count), 0] {
            out.append(UInt8(truncatingIfNeeded: number))
            out.append(UInt8(truncatingIfNeeded: number >> 8))
        }
        for shift in [0, 8, 16, 24] as [UInt32] { out.append(UInt8(truncatingIfNeeded: wait >> shift)) }
        out.append(contentsOf: reason)
        out.append(contentsOf: message)
        return out
    }

    /// Reads the failure that came with `code`. An empty payload is allowed: the code then says it all.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, code: StatusCode
    ) throws(WireViolation) -> Failure {
        if bytes.isEmpty { return Failure(code, "") }
        guard bytes.count >= headSize, bytes[0] <= 2, bytes[1] == 0, bytes[6] == 0, bytes[7] == 0 else {
            throw WireViolation(.badPayload)
        }
        let reasonCount = Int(bytes[2]) | Int(bytes[3]) << 8
        let messageCount = Int(bytes[4]) | Int(bytes[5]) << 8
        guard reasonCount <= largestReason, messageCount <= largestMessage,
            bytes.count == headSize + reasonCount + messageCount,
            let reason = String(validating: bytes[headSize..<headSize + reasonCount], as: UTF8.self),
            let message = String(validating: bytes[(headSize + reasonCount)...], as: UTF8.self)
        else { throw WireViolation(.badPayload) }
        let wait = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        let retry: Failure.Retry =
            switch bytes[0] {
            case 0: .never
            case 1: .now
            default: .after(.milliseconds(Int64(wait)))
            }
        return Failure(code, message, reason: reason, retry: retry)
    }

    private static func cut(_ text: String, to largest: Int) -> [UInt8] {
        let utf8 = Array(text.utf8)
        guard utf8.count > largest else { return utf8 }
        var end = largest
        while end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(utf8[..<end])
    }
}
