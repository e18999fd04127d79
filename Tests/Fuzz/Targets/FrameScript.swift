// SPDX-License-Identifier: Apache-2.0

import RPC
import Wire

/// What happens to a fuzzed end of a connection.
enum FrameEvent {
    case frame([UInt8])
    case advance(milliseconds: Int)
    /// Handlers that hang go on.
    case openGate
    case drain
    case writable(Bool)
}

/// Reads events from an input: most bytes make frames whose lengths are right, because a mutation that has to guess
/// lengths as well never gets far. Rules are still broken easily, and `FrameTarget` takes raw bytes too.
///
/// An event's first byte: below `10` a frame of that type with flags, method and value as they come; `10`…`1F`
/// something else than a frame; from `20` to `7F` a well-formed frame of the type in its last three bits; above, a
/// frame of that type.
struct FrameScript {
    private var input: FuzzInput
    /// The highest stream an OPEN has named.
    private(set) var lastOpened: UInt32

    init(_ input: FuzzInput, lastOpened: UInt32 = 0) {
        self.input = input
        self.lastOpened = lastOpened
    }

    /// What is left of it once more, after other streams were opened.
    func again(lastOpened: UInt32) -> FrameScript { FrameScript(input, lastOpened: lastOpened) }

    mutating func next() -> FrameEvent? {
        guard !input.isAtEnd else { return nil }
        let kind = input.byte()
        switch kind {
        case 0x10..<0x14: return .advance(milliseconds: 5 * Int(input.byte()))
        case 0x14, 0x15: return .openGate
        case 0x16: return .drain
        case 0x17..<0x1C: return .writable(false)
        case 0x1C..<0x20: return .writable(true)
        case 0x20..<0x80: return .frame(wellFormed(kind & 7))
        default: return .frame(loose(kind))
        }
    }

    private mutating func stream() -> UInt32 {
        switch input.byte() {
        case let byte where byte < 240: UInt32(byte)
        case 240: lastOpened &+ 1
        case 241: lastOpened
        case 242: .max
        case 243: UInt32(Int32.max)
        default: 1
        }
    }

    private mutating func value() -> UInt32 {
        let large: [UInt32] = [1_000, 4_096, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF]
        let byte = input.byte()
        return byte < 224 ? UInt32(byte) : large[Int(byte & 7)]
    }

    /// A length, and as many bytes of which the first few come from the input: a length should not eat the events
    /// behind it.
    private mutating func payload() -> [UInt8] {
        let large = [256, 600, 1_024, 1_028, 1_029, 2_040, 2_049, 5_000]
        let byte = input.byte()
        let length = byte < 224 ? Int(byte) : large[Int(byte & 7)]
        let chosen = input.bytes(min(length, 24))
        return chosen + [UInt8](repeating: UInt8(ascii: "."), count: length - chosen.count)
    }

    private mutating func loose(_ type: UInt8) -> [UInt8] {
        let stream = stream()
        let flags = FrameFlags(rawValue: input.byte())
        let header = FrameHeader(
            FrameType(rawValue: type), stream: stream, flags: flags, method: UInt16(input.byte()), value: value())
        return frame(header, payload())
    }

    private mutating func wellFormed(_ type: UInt8) -> [UInt8] {
        switch type {
        case RawFrame.open:
            let stream = stream()
            let method = UInt16(input.number(below: 7))
            let value = value()
            let isTalk = method == FuzzService.talk.id
            let head: [UInt8] = [4, 0, 0, 0, 0, 0]
            return frame(
                FrameHeader(
                    .open, stream: stream, flags: isTalk ? [] : [.message, .lastFromCaller], method: method,
                    value: value),
                isTalk ? head : head + payload())
        case RawFrame.data: return frame(FrameHeader(.data, stream: stream()), payload())
        case RawFrame.end: return frame(FrameHeader(.end, stream: stream()), [])
        case RawFrame.cancel: return frame(FrameHeader(.cancel, stream: stream(), value: 1), [])
        case RawFrame.credit: return frame(FrameHeader(.credit, stream: stream(), value: value()), [])
        case RawFrame.ping: return frame(FrameHeader(.ping), input.bytes(8))
        case RawFrame.pong: return frame(FrameHeader(.pong), input.bytes(8))
        default: return frame(FrameHeader(.goAway, value: UInt32(input.byte() & 15)), [input.byte(), 0, 0, 0])
        }
    }

    private mutating func frame(_ header: FrameHeader, _ payload: [UInt8]) -> [UInt8] {
        var header = header
        header.length = UInt32(payload.count)
        if header.type == .open { lastOpened = max(lastOpened, header.stream) }
        return header.bytes + payload
    }
}
