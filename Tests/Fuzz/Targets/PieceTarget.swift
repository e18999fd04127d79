// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import RPC
import Wire

/// The parts of a frame that have a reader of their own. The first byte says which one.
///
/// Claim: any bytes are read or refused; what was read, written and read again is the same.
enum PieceTarget {
    static func run(_ input: [UInt8]) throws {
        guard let kind = input.first else { return }
        let bytes = Array(input.dropFirst())
        switch kind % 7 {
        case 0: try metadata(bytes)
        case 1: try recentPrincipals(bytes)
        case 2: try failure(bytes)
        case 3: try tokens(bytes)
        case 4: try preface(bytes)
        case 5: try header(bytes)
        default: try goAway(bytes)
        }
    }

    private static func metadata(_ bytes: [UInt8]) throws {
        guard let first = try? bytes.withUnsafeBytes({ try MetadataBlock.decode($0) }) else { return }
        var out = [UInt8](repeating: 0, count: MetadataBlock.capacity(first))
        let written = out.withUnsafeMutableBytes { MetadataBlock.encode(first, to: $0) }
        guard let written else { throw Finding("metadata was read and cannot be written: \(first)") }
        // Pairs may change their order, nothing else may.
        try claim(written == bytes.count, "metadata of \(bytes.count) bytes is written with \(written)")
        let second = try? out[..<written].withUnsafeBytes { try MetadataBlock.decode($0) }
        try claim(first == second, "metadata does not come back: \(first), \(String(describing: second))")
    }

    /// Two blocks on one connection, one split off by the first byte: what the first leaves behind must not change how
    /// the second is read.
    private static func recentPrincipals(_ bytes: [UInt8]) throws {
        guard let split = bytes.first else { return }
        let blocks = bytes.dropFirst()
        let cut = blocks.startIndex + Int(split) % (blocks.count + 1)
        var recent = RecentPrincipals()
        for block in [blocks[..<cut], blocks[cut...], blocks[..<cut], blocks[cut...]].map(Array.init) {
            let alone = try? block.withUnsafeBytes { try MetadataBlock.decode($0) }
            let inCompany = try? block.withUnsafeBytes { try MetadataBlock.decode($0, recent: &recent) }
            try claim(alone == inCompany, "a remembered principal changes how metadata is read")
        }
    }

    private static func failure(_ bytes: [UInt8]) throws {
        let code = StatusCode.aborted
        guard let first = try? bytes.withUnsafeBytes({ try FailurePayload.decode($0, code: code) }) else { return }
        let written = FailurePayload.encode(first)
        try claim(written.count <= Int(FailurePayload.largest), "a failure is written with \(written.count) bytes")
        let second = try? written.withUnsafeBytes { try FailurePayload.decode($0, code: code) }
        let isSame =
            second?.message == first.message && second?.reason == first.reason && second?.retry == first.retry
            && second?.code == first.code
        try claim(isSame, "a failure does not come back: \(first), \(String(describing: second))")
    }

    private static func tokens(_ bytes: [UInt8]) throws {
        guard let chunk = try? TokenChunk(payload: ByteBuffer(bytes: bytes)) else { return }
        try claim(chunk.encodedSize == bytes.count, "a chunk of \(bytes.count) bytes says \(chunk.encodedSize)")
        let hasIDs = bytes[6] & TokenHeader.idsFlag != 0
        try claim(chunk.ids.count == (hasIDs ? Int(chunk.count) : 0), "\(chunk.ids.count) ids of \(chunk.count) tokens")
        var head = [UInt8](repeating: 0xFF, count: TokenHeader.size)
        head.withUnsafeMutableBytes { out in
            guard let base = out.baseAddress else { return }
            TokenHeader(seq: chunk.seq, count: chunk.count, hasIDs: hasIDs).write(to: base)
        }
        try claim(head == Array(bytes.prefix(TokenHeader.size)), "a chunk's header does not come back")
        let text = Array(chunk.text.readableBytesView)
        try claim(text == bytes.dropFirst(8).dropLast(4 * chunk.ids.count), "a chunk's text does not come back")
    }

    private static func preface(_ bytes: [UInt8]) throws {
        let read = try? bytes.withUnsafeBytes { try Preface.read($0) }
        guard let (first, size) = read else { return }
        let sizes = Preface.leastSize...Preface.largestSize
        try claim(sizes.contains(size) && size <= bytes.count, "a preface of \(size)")
        let again = try first.bytes.withUnsafeBytes { try Preface.read($0) }
        try claim(again?.preface == first, "a preface does not come back: \(first)")
        // What arrives byte by byte is refused or read at the same place as what arrives at once.
        for end in 0..<size {
            let early = try bytes[..<end].withUnsafeBytes { try Preface.read($0) }
            try claim(early == nil, "a preface of \(size) bytes was read from \(end)")
        }
    }

    private static func header(_ bytes: [UInt8]) throws {
        guard bytes.count >= FrameHeader.size else { return }
        let header = bytes.withUnsafeBytes { $0.baseAddress.map { FrameHeader(reading: $0) } }
        try claim(header?.bytes == Array(bytes.prefix(FrameHeader.size)), "a header does not come back")
        // Whether the rules of the document and those of the code are the same.
        let limits = WireLimits.standard
        let isAllowed = (try? header?.check(limits: limits)) != nil
        let wanted = FrameRules.allows(bytes, longest: Int(limits.frameBytes))
        try claim(isAllowed == wanted, "the header rules differ: \(String(describing: header))")
    }

    private static func goAway(_ bytes: [UInt8]) throws {
        guard bytes.count <= 1_028 else { return }
        let last = try? bytes.withUnsafeBytes { try GoAwayPayload.lastStream($0) }
        try claim((last == nil) == (bytes.count < 4), "GOAWAY's last stream in \(bytes.count) bytes")
    }
}
