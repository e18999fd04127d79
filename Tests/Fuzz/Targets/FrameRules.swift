// SPDX-License-Identifier: Apache-2.0

/// A frame as `Docs/Protocol.md` describes it, read by code that shares nothing with `Shared/Wire`.
struct RawFrame {
    var length: Int
    var stream: UInt32
    var type: UInt8
    var flags: UInt8
    var method: UInt16
    var value: UInt32
    var payload: [UInt8] = []

    static let open: UInt8 = 1
    static let data: UInt8 = 2
    static let end: UInt8 = 3
    static let cancel: UInt8 = 4
    static let credit: UInt8 = 5
    static let ping: UInt8 = 6
    static let pong: UInt8 = 7
    static let goAway: UInt8 = 8

    /// Reads a header of sixteen octets.
    init(header: ArraySlice<UInt8>) {
        let bytes = Array(header)
        let number = { (at: Int, count: Int) in
            (0..<count).reduce(0 as UInt32) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
        length = Int(number(0, 4))
        stream = number(4, 4)
        type = bytes[8]
        flags = bytes[9]
        method = UInt16(number(10, 2))
        value = number(12, 4)
    }

    /// What the payload costs where it is counted.
    var cost: Int { max(1, length) }

    /// Whether the payload counts against the connection's credit.
    var isCounted: Bool { type == Self.open || type == Self.data || (type == Self.end && flags & 2 != 0) }
}

/// Section 3 of the document: what a header may say.
enum FrameRules {
    static let headerSize = 16

    static func allows(_ header: [UInt8], longest: Int) -> Bool {
        allows(RawFrame(header: header[..<headerSize]), longest: longest)
    }

    static func allows(_ frame: RawFrame, longest: Int) -> Bool {
        guard frame.length <= longest else { return false }
        let plain = frame.flags == 0 && frame.method == 0
        let ofConnection = plain && frame.stream == 0
        switch frame.type {
        case RawFrame.open: return frame.stream > 0 && frame.flags <= 3 && frame.length >= 2
        case RawFrame.data:
            return frame.stream > 0 && frame.flags & 0xFB == 0 && frame.method == 0 && frame.value == 0
        case RawFrame.end: return frame.stream > 0 && frame.flags & 0xFD == 0 && frame.method == 0
        case RawFrame.cancel: return frame.stream > 0 && plain && frame.length == 0
        case RawFrame.credit: return plain && frame.length == 0
        case RawFrame.ping, RawFrame.pong: return ofConnection && frame.value == 0 && frame.length == 8
        case RawFrame.goAway: return ofConnection && frame.length >= 4 && frame.length <= 1_028
        default: return frame.type >= 128
        }
    }
}

/// Cuts a direction's bytes into its preface and its frames, however they come in.
struct FrameCutter {
    private var bytes: [UInt8] = []
    private var at = 0
    private(set) var preface: [UInt8]?

    mutating func append(_ more: some Sequence<UInt8>) {
        if at > 0 {
            bytes.removeFirst(at)
            at = 0
        }
        bytes.append(contentsOf: more)
    }

    /// Whether nothing is left over.
    var isEmpty: Bool { at == bytes.count }

    /// Takes the preface off, whole; nil while it is not.
    mutating func nextPreface() -> [UInt8]? {
        guard bytes.count - at >= 6 else { return nil }
        let size = Int(bytes[at + 4]) | Int(bytes[at + 5]) << 8
        guard size >= 32, bytes.count - at >= size else { return nil }
        defer { at += size }
        preface = Array(bytes[at..<at + size])
        return preface
    }

    /// The next header, left where it is.
    var header: RawFrame? {
        guard bytes.count - at >= FrameRules.headerSize else { return nil }
        return RawFrame(header: bytes[at..<at + FrameRules.headerSize])
    }

    /// Takes a whole frame off; nil while it is not.
    mutating func next() -> RawFrame? {
        guard var frame = header, bytes.count - at >= FrameRules.headerSize + frame.length else { return nil }
        at += FrameRules.headerSize
        frame.payload = Array(bytes[at..<at + frame.length])
        at += frame.length
        return frame
    }
}
