// SPDX-License-Identifier: Apache-2.0

/// What Redis answered. An error is an answer too: which ones are expected is for the caller to know.
package enum RedisValue: Hashable, Sendable {
    case null
    case integer(Int64)
    /// A short word such as `OK`.
    case status(String)
    case bulk([UInt8])
    /// `CODE and a sentence`; see `errorCode`.
    case error(String)
    case array([RedisValue])

    /// The first word of an error, such as `NOSCRIPT`, `NOPERM` or `WRONGTYPE`; nil for anything else.
    package var errorCode: String? {
        guard case .error(let text) = self else { return nil }
        return text.split(separator: " ", maxSplits: 1).first.map(String.init) ?? ""
    }

    /// The value, for a caller to whom every error of Redis is unexpected.
    package func answer() throws(RedisFailure) -> RedisValue {
        if case .error(let text) = self { throw RedisFailure(.refused, detail: text) }
        return self
    }

    /// A whole number, also when it came as text.
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .bulk(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        case .status(let text): Int64(text)
        case .null, .error, .array: nil
        }
    }

    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .status(let text): Array(text.utf8)
        case .null, .integer, .error, .array: nil
        }
    }

    package var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    package var array: [RedisValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}
