// SPDX-License-Identifier: Apache-2.0

/// The sixteen octets before every payload, little-endian:
/// `{length u32 | stream u32 | type u8 | flags u8 | method u16 | value u32}`.
@frozen
package struct FrameHeader: Hashable, Sendable {
    package static let size = 16

    /// Octets of payload that follow the header.
    package var length: UInt32
    /// The call the frame belongs to; 0 is the connection itself.
    package var stream: UInt32
    package var type: FrameType
    package var flags: FrameFlags
    /// The method's number in OPEN, else 0.
    package var method: UInt16
    /// By type: milliseconds left (OPEN), status (END, CANCEL, GOAWAY), octets granted (CREDIT), else 0.
    package var value: UInt32

    @inlinable
    package init(
        _ type: FrameType, stream: UInt32 = 0, length: UInt32 = 0, flags: FrameFlags = .none, method: UInt16 = 0,
        value: UInt32 = 0
    ) {
        self.length = length
        self.stream = stream
        self.type = type
        self.flags = flags
        self.method = method
        self.value = value
    }

    /// Reads a header from at least sixteen octets. Anything can be read; `check` says whether it may be.
    @inlinable
    package init(reading bytes: UnsafeRawPointer) {
        length = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        stream = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        type = FrameType(rawValue: bytes.load(fromByteOffset: 8, as: UInt8.self))
        flags = FrameFlags(rawValue: bytes.load(fromByteOffset: 9, as: UInt8.self))
        method = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 10, as: UInt16.self))
        value = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
    }

    /// Writes the header to at least sixteen octets.
    @inlinable
    package func write(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: length.littleEndian, toByteOffset: 0, as: UInt32.self)
        bytes.storeBytes(of: stream.littleEndian, toByteOffset: 4, as: UInt32.self)
        bytes.storeBytes(of: type.rawValue, toByteOffset: 8, as: UInt8.self)
        bytes.storeBytes(of: flags.rawValue, toByteOffset: 9, as: UInt8.self)
        bytes.storeBytes(of: method.littleEndian, toByteOffset: 10, as: UInt16.self)
        bytes.storeBytes(of: value.littleEndian, toByteOffset: 12, as: UInt32.self)
    }

    /// The header as sixteen octets, for tests and tools.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.size) { out, count in
            if let base = out.baseAddress { write(to: base) }
            count = Self.size
        }
    }
}

/// What a frame is. Types with the highest bit set may be skipped by a peer that does not know them; any other
/// unknown type ends the connection, because its meaning might have mattered.
@frozen
package struct FrameType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    @inlinable
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable package static var open: FrameType { FrameType(rawValue: 1) }
    @inlinable package static var data: FrameType { FrameType(rawValue: 2) }
    @inlinable package static var end: FrameType { FrameType(rawValue: 3) }
    @inlinable package static var cancel: FrameType { FrameType(rawValue: 4) }
    @inlinable package static var credit: FrameType { FrameType(rawValue: 5) }
    @inlinable package static var ping: FrameType { FrameType(rawValue: 6) }
    @inlinable package static var pong: FrameType { FrameType(rawValue: 7) }
    @inlinable package static var goAway: FrameType { FrameType(rawValue: 8) }

    // Spelt out: what RawRepresentable and OptionSet give for free is generic code, and too slow for every frame.
    @inlinable
    package static func == (a: FrameType, b: FrameType) -> Bool { a.rawValue == b.rawValue }
    @inlinable
    package static func ~= (a: FrameType, b: FrameType) -> Bool { a.rawValue == b.rawValue }

    /// Whether a peer that does not know the type skips the frame.
    @inlinable
    package var isIgnorable: Bool { rawValue & 0x80 != 0 }
}

/// Bits of a frame. A bit that the frame's type does not define must be zero.
@frozen
package struct FrameFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    @inlinable
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// OPEN: the caller sends nothing more on this call.
    @inlinable package static var lastFromCaller: FrameFlags { FrameFlags(rawValue: 1) }
    /// OPEN, END: the payload holds a message (after the metadata block, in OPEN).
    @inlinable package static var message: FrameFlags { FrameFlags(rawValue: 2) }
    /// DATA: the payload is a token chunk, not a protobuf message.
    @inlinable package static var tokens: FrameFlags { FrameFlags(rawValue: 4) }
    /// A call with one request: `message` and `lastFromCaller`.
    @inlinable package static var wholeRequest: FrameFlags { FrameFlags(rawValue: 3) }
    @inlinable package static var none: FrameFlags { FrameFlags(rawValue: 0) }

    @inlinable
    package func contains(_ flag: FrameFlags) -> Bool { rawValue & flag.rawValue == flag.rawValue }
    @inlinable
    package var isEmpty: Bool { rawValue == 0 }
}

extension FrameHeader {
    /// Checks what can be told from the header alone: the length, and that every field its type leaves unused is zero.
    package func check(limits: borrowing WireLimits) throws(WireViolation) {
        guard length <= limits.frameBytes else { throw WireViolation(.frameTooLong) }
        let isFine: Bool
        switch type {
        case .open: isFine = flags.rawValue & ~3 == 0 && stream != 0 && length >= 2
        case .data: isFine = flags.rawValue & ~4 == 0 && stream != 0 && method == 0 && value == 0
        case .end: isFine = flags.rawValue & ~2 == 0 && stream != 0 && method == 0
        case .cancel: isFine = flags.rawValue == 0 && stream != 0 && method == 0 && length == 0
        case .credit: isFine = flags.rawValue == 0 && method == 0 && length == 0
        case .ping, .pong: isFine = flags.rawValue == 0 && stream == 0 && method == 0 && value == 0 && length == 8
        case .goAway: isFine = flags.rawValue == 0 && stream == 0 && method == 0 && (4...1_028).contains(length)
        default:
            guard type.isIgnorable else { throw WireViolation(.unknownFrame) }
            isFine = true
        }
        guard isFine else { throw WireViolation(.reservedBitsSet) }
    }
}
