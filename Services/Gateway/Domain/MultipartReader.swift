// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Takes a `multipart/form-data` body (RFC 7578) apart as it arrives.
///
/// A value: bytes in, events out, and never more in memory than one piece of input plus a delimiter's length, or one
/// part's header lines. Sizes of contents are the caller's business, who knows which part may be large.
package struct MultipartReader: Sendable {
    package static let maximumParts = 16
    package static let maximumHeaderBytes = 8_192
    /// RFC 2046, section 5.1.1.
    package static let maximumBoundaryBytes = 70
    /// What may stand before the first delimiter; nobody sends anything, so a little is plenty.
    package static let maximumPreambleBytes = 1_024

    package enum Event: Hashable, Sendable {
        case partBegan(MultipartPart)
        case content([UInt8])
        case partEnded
        /// The last delimiter was seen; what follows is ignored.
        case ended
    }

    package enum Refusal: String, Error, Sendable {
        case badBoundary = "its boundary is missing or malformed"
        case badDelimiter = "a boundary line is malformed"
        case badHeader = "a part's header is malformed"
        case headerTooLong = "a part's header is too long"
        case tooManyParts = "it has too many parts"
        case preambleTooLong = "no boundary line was found"
        case endsTooEarly = "it ends before its last boundary line"
    }

    private enum Phase { case preamble, delimiter, headers, content, epilogue }

    private let delimiter: [UInt8]
    private var phase = Phase.preamble
    /// Not yet understood bytes. Starts with a line end, so that the first delimiter looks like every other one.
    private var buffer: [UInt8] = [0x0D, 0x0A]
    private var parts = 0

    /// - Parameter contentType: the request's `content-type`, with its `boundary` parameter.
    package init(contentType: String) throws(Refusal) {
        guard let boundary = HeaderParameters(contentType)["boundary"],
            (1...Self.maximumBoundaryBytes).contains(boundary.utf8.count),
            boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !boundary.hasSuffix(" ")
        else { throw .badBoundary }
        delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + Array(boundary.utf8)
    }

    package mutating func read(_ bytes: some Collection<UInt8>) throws(Refusal) -> [Event] {
        guard phase != .epilogue else { return [] }
        buffer.append(contentsOf: bytes)
        var events: [Event] = []
        var at = 0
        while let next = try step(from: at, &events) { at = next }
        buffer.removeFirst(min(consumed, buffer.count))
        consumed = 0
        return events
    }

    /// To be called when the body has ended.
    package func finish() throws(Refusal) {
        guard phase == .epilogue else { throw .endsTooEarly }
    }

    /// How much of the buffer the current call is done with.
    private var consumed = 0

    /// Understands one more thing; nil when more bytes are needed.
    private mutating func step(from at: Int, _ events: inout [Event]) throws(Refusal) -> Int? {
        consumed = at
        switch phase {
        case .preamble:
            // Both bounds say the same, so that a body is not refused for the pieces it came in.
            guard let found = find(delimiter, from: at) else {
                guard buffer.count - at < Self.maximumPreambleBytes + delimiter.count else { throw .preambleTooLong }
                return nil
            }
            guard found - at <= Self.maximumPreambleBytes else { throw .preambleTooLong }
            phase = .delimiter
            return found + delimiter.count
        case .delimiter: return try afterDelimiter(at, &events)
        case .headers: return try headers(at, &events)
        case .content: return content(at, &events)
        case .epilogue:
            consumed = buffer.count
            return nil
        }
    }

    /// The rest of a boundary line: `--` after the last one, else white space and the line's end.
    private mutating func afterDelimiter(_ at: Int, _ events: inout [Event]) throws(Refusal) -> Int? {
        guard buffer.count - at >= 2 else { return nil }
        if buffer[at] == 0x2D, buffer[at + 1] == 0x2D {
            phase = .epilogue
            events.append(.ended)
            return at + 2
        }
        var end = at
        while end < buffer.count, buffer[end] == 0x20 || buffer[end] == 0x09 { end += 1 }
        guard end - at <= Self.maximumBoundaryBytes else { throw .badDelimiter }
        guard buffer.count - end >= 2 else { return nil }
        guard buffer[end] == 0x0D, buffer[end + 1] == 0x0A else { throw .badDelimiter }
        parts += 1
        guard parts <= Self.maximumParts else { throw .tooManyParts }
        phase = .headers
        // The line's end stays: it is the first half of the empty line of a part without headers.
        return end
    }

    private mutating func headers(_ at: Int, _ events: inout [Event]) throws(Refusal) -> Int? {
        let emptyLine: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        guard let end = find(emptyLine, from: at) else {
            guard buffer.count - at < Self.maximumHeaderBytes + emptyLine.count else { throw .headerTooLong }
            return nil
        }
        guard end - at <= Self.maximumHeaderBytes else { throw .headerTooLong }
        guard let part = MultipartPart(headerBytes: buffer[at..<end]) else { throw .badHeader }
        events.append(.partBegan(part))
        phase = .content
        // The second line end stays, as it may begin the delimiter of an empty part.
        contentBegins = true
        return end + 2
    }

    /// Whether the content has not begun yet, so that the two bytes before it belong to the empty line.
    private var contentBegins = false

    private mutating func content(_ at: Int, _ events: inout [Event]) -> Int? {
        let skip = contentBegins ? 2 : 0
        guard let found = find(delimiter, from: at) else {
            // What could be the start of a delimiter stays for the next call.
            let safe = buffer.count - (delimiter.count - 1)
            guard safe > at + skip else { return nil }
            events.append(.content(Array(buffer[(at + skip)..<safe])))
            contentBegins = false
            consumed = safe
            return nil
        }
        if found > at + skip { events.append(.content(Array(buffer[(at + skip)..<found]))) }
        contentBegins = false
        events.append(.partEnded)
        phase = .delimiter
        return found + delimiter.count
    }

    /// Where `pattern` stands. Both patterns we look for begin with CR LF, which no hostile run of one byte repeats,
    /// so the scan stays linear.
    private func find(_ pattern: [UInt8], from start: Int) -> Int? {
        guard buffer.count - start >= pattern.count else { return nil }
        return buffer.withUnsafeBufferPointer { bytes in
            var at = start
            let last = bytes.count - pattern.count
            scan: while at <= last {
                guard bytes[at] == 0x0D else {
                    at += 1
                    continue
                }
                for offset in 1..<pattern.count where bytes[at + offset] != pattern[offset] {
                    at += 1
                    continue scan
                }
                return at
            }
            return nil
        }
    }
}
