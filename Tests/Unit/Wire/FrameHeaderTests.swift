// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct FrameHeaderTests {
    private let limits = WireLimits.standard

    @Test func aHeaderIsSixteenOctetsInTheDocumentedOrder() {
        let header = FrameHeader(
            .open, stream: 0x0102_0304, length: 0x0A, flags: [.message, .lastFromCaller], method: 0x0101,
            value: 0x1122_3344)
        let bytes: [UInt8] = [10, 0, 0, 0, 4, 3, 2, 1, 1, 3, 1, 1, 0x44, 0x33, 0x22, 0x11]
        #expect(header.bytes == bytes)
        #expect(bytes.withUnsafeBytes { $0.baseAddress.map { FrameHeader(reading: $0) } } == header)
    }

    @Test(arguments: [
        FrameHeader(.open, stream: 1, length: 6, flags: [.message], method: 7, value: 9),
        FrameHeader(.data, stream: 1, length: 0, flags: .tokens),
        FrameHeader(.end, stream: 1, length: 12, value: 3),
        FrameHeader(.cancel, stream: 1, value: 1),
        FrameHeader(.credit, value: 9), FrameHeader(.credit, stream: 3, value: 9),
        FrameHeader(.ping, length: 8), FrameHeader(.pong, length: 8), FrameHeader(.goAway, length: 4, value: 0),
        FrameHeader(FrameType(rawValue: 0x80), stream: 9, length: 77, flags: FrameFlags(rawValue: 0xFF), method: 1),
    ]) func whatTheProtocolAllowsPasses(_ header: FrameHeader) throws {
        try header.check(limits: limits)
    }

    @Test(arguments: [
        (FrameHeader(.open, length: 6, method: 7), WireViolation.Kind.reservedBitsSet),
        (FrameHeader(.open, stream: 1, length: 6, flags: .tokens, method: 7), .reservedBitsSet),
        (FrameHeader(.open, stream: 1, length: 1, method: 7), .reservedBitsSet),
        (FrameHeader(.data, stream: 1, flags: .message), .reservedBitsSet),
        (FrameHeader(.data, stream: 1, method: 1), .reservedBitsSet),
        (FrameHeader(.data, stream: 1, value: 1), .reservedBitsSet),
        (FrameHeader(.data), .reservedBitsSet),
        (FrameHeader(.end, stream: 1, flags: .lastFromCaller), .reservedBitsSet),
        (FrameHeader(.cancel, stream: 1, length: 1, value: 1), .reservedBitsSet),
        (FrameHeader(.ping, length: 7), .reservedBitsSet),
        (FrameHeader(.ping, stream: 1, length: 8), .reservedBitsSet),
        (FrameHeader(.goAway, length: 3), .reservedBitsSet),
        (FrameHeader(FrameType(rawValue: 0)), .unknownFrame),
        (FrameHeader(FrameType(rawValue: 9)), .unknownFrame),
        (FrameHeader(FrameType(rawValue: 0x7F), stream: 1), .unknownFrame),
        (FrameHeader(.data, stream: 1, length: WireLimits.standard.frameBytes + 1), .frameTooLong),
        (FrameHeader(FrameType(rawValue: 0x80), length: .max), .frameTooLong),
    ]) func whatItForbidsDoesNot(_ header: FrameHeader, _ kind: WireViolation.Kind) {
        #expect(throws: WireViolation(kind)) { try header.check(limits: limits) }
    }
}
