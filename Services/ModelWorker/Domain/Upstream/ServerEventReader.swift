// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of server-sent events (WHATWG HTML, section 9.2) out of bytes as they come.
///
/// Only what an event says is passed on: the value of its `data` fields. Its type, id and retry time mean nothing here,
/// and comments are how servers keep a silent connection open. Lines that came whole are read where they lie.
package struct ServerEventReader: Sendable {
    package enum Failure: Error, Hashable, Sendable {
        case lineTooLong(limit: Int)
        case eventTooLarge(limit: Int)
    }
    /// A line holds one chunk of an answer. The largest are those with log probabilities or a whole tool call.
    package static let maxLineBytes = 1 << 20
    package static let maxEventBytes = 1 << 20

    /// The beginning of a line whose end has not come.
    private var line: [UInt8] = []
    /// The `data` of an event with several such fields, or of one whose end has not come.
    private var event: [UInt8] = []
    private var hasData = false
    /// The last line ended with CR: an LF that follows belongs to it.
    private var endedWithCR = false
    private var isFirstLine = true

    package init() {}

    /// Reads some more bytes and calls `take` with each event that ends among them.
    package mutating func read<E: Error>(
        _ bytes: UnsafeRawBufferPointer, failing: (Failure) -> E,
        _ take: (UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        var start = 0
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            guard byte == 0x0A || byte == 0x0D else {
                at += 1
                endedWithCR = false
                continue
            }
            at += 1
            if byte == 0x0A, endedWithCR {
                endedWithCR = false
                start = at
                continue
            }
            endedWithCR = byte == 0x0D
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<at - 1])
            start = at
            if line.isEmpty {
                try end(line: piece, failing: failing, take)
            } else {
                try keep(piece, failing: failing)
                let whole = line
                line.removeAll(keepingCapacity: true)
                var result: Result<Void, E> = .success(())
                whole.withUnsafeBytes { whole in
                    result = Result { () throws(E) in try end(line: whole, failing: failing, take) }
                }
                try result.get()
            }
        }
        try keep(UnsafeRawBufferPointer(rebasing: bytes[start...]), failing: failing)
    }

    private mutating func keep<E: Error>(_ piece: UnsafeRawBufferPointer, failing: (Failure) -> E) throws(E) {
        guard line.count + piece.count <= Self.maxLineBytes else {
            throw failing(.lineTooLong(limit: Self.maxLineBytes))
        }
        line.append(contentsOf: piece)
    }

    private mutating func end<E: Error>(
        line: UnsafeRawBufferPointer, failing: (Failure) -> E, _ take: (UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = UnsafeRawBufferPointer(rebasing: line[3...]) }
        }
        guard !line.isEmpty else { return try dispatch(take) }
        guard let value = Self.data(of: line) else { return }
        guard event.count + value.count < Self.maxEventBytes else {
            throw failing(.eventTooLarge(limit: Self.maxEventBytes))
        }
        if hasData { event.append(0x0A) }
        event.append(contentsOf: value)
        hasData = true
    }

    private mutating func dispatch<E: Error>(_ take: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        guard hasData else { return }
        hasData = false
        var result: Result<Void, E> = .success(())
        event.withUnsafeBytes { bytes in result = Result { () throws(E) in try take(bytes) } }
        event.removeAll(keepingCapacity: true)
        try result.get()
    }

    /// The value of a line that is a `data` field. An `error` field, which llama.cpp's server wrote until 2025 where
    /// others write an event with an error in it, counts as one.
    private static func data(of line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        for name in ["data:", "error:"] as [StaticString] {
            let count = name.utf8CodeUnitCount
            guard line.count >= count,
                line.prefix(count).elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: count))
            else { continue }
            let isSpaced = line.count > count && line[count] == 0x20
            return UnsafeRawBufferPointer(rebasing: line[(isSpaced ? count + 1 : count)...])
        }
        return nil
    }
}
