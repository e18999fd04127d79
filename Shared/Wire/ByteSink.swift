// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Writes into memory that somebody else owns. Writing past its end writes nothing and is remembered.
struct ByteSink {
    private let out: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    private(set) var overflowed = false

    init(_ out: UnsafeMutableRawBufferPointer) { self.out = out }

    /// What has been written from `start` on.
    func written(since start: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: out[start..<count]) }

    private mutating func reserve(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size <= out.count - count, let base = out.baseAddress else {
            overflowed = true
            return nil
        }
        defer { count += size }
        return base + count
    }

    mutating func byte(_ value: UInt8) { reserve(1)?.storeBytes(of: value, as: UInt8.self) }

    mutating func bigEndian(_ value: UInt64) { reserve(8)?.storeBytes(of: value.bigEndian, as: UInt64.self) }

    mutating func octets(_ value: UnsafeRawBufferPointer) {
        guard let base = value.baseAddress, !value.isEmpty else { return }
        reserve(value.count)?.copyMemory(from: base, byteCount: value.count)
    }

    mutating func uuid(_ value: UUIDv7) {
        bigEndian(value.high)
        bigEndian(value.low)
    }

    mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { octets(UnsafeRawBufferPointer($0)) }
    }
}

/// Reads from memory that came from outside. Reading past its end throws.
struct ByteSource {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }
    /// What has not been read yet.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[at...]) }

    mutating func skip(_ size: Int) throws(WireViolation) { _ = try take(size) }

    private mutating func take(_ size: Int) throws(WireViolation) -> Int {
        guard size <= bytes.count - at else { throw WireViolation(.badMetadata) }
        defer { at += size }
        return at
    }

    mutating func byte() throws(WireViolation) -> UInt8 { bytes[try take(1)] }

    mutating func bigEndian() throws(WireViolation) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: try take(8), as: UInt64.self))
    }

    mutating func uuid() throws(WireViolation) -> UUIDv7 {
        UUIDv7(high: try bigEndian(), low: try bigEndian())
    }

    /// Text without NUL: whatever reads it later may be C.
    mutating func text(_ size: Int) throws(WireViolation) -> String {
        guard size > 0 else { return "" }
        let start = try take(size)
        let slice = UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])
        // Plain ASCII, as nearly every text here is, needs no look at its encoding.
        var isPlain = true
        for byte in slice where byte == 0 || byte >= 0x80 { isPlain = false }
        if isPlain { return String(decoding: slice, as: UTF8.self) }
        guard !slice.contains(0), let text = String(validating: slice, as: UTF8.self) else {
            throw WireViolation(.badMetadata)
        }
        return text
    }
}
