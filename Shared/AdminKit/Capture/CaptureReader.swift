// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads a capture record by record, so that its size does not matter.
struct CaptureReader {
    /// Gives that many octets, fewer only where the capture ends.
    typealias Source = (_ count: Int) -> [UInt8]

    private let read: Source
    private var records = 0

    init(_ read: @escaping Source) throws(CaptureFailure) {
        self.read = read
        guard read(CaptureFormat.magic.count) == CaptureFormat.magic else {
            throw CaptureFailure("This is not a capture: it does not begin with PRLYCAP1.")
        }
    }

    /// The next record; nil at the end.
    mutating func next() throws(CaptureFailure) -> CaptureRecord? {
        let head = read(CaptureFormat.headSize)
        if head.isEmpty { return nil }
        guard head.count == CaptureFormat.headSize else { throw truncated }
        let time = head[..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let length = head[12...].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard let kind = CaptureRecord.Kind(rawValue: head[8]), head[9..<12].allSatisfy({ $0 == 0 }),
            length <= CaptureFormat.largestRecord, kind != .connection || length == 0
        else { throw CaptureFailure("The capture is damaged after \(records) whole records: no record begins there.") }
        let octets = length == 0 ? [] : read(length)
        guard octets.count == length else { throw truncated }
        records += 1
        return CaptureRecord(microseconds: time, kind: kind, octets: octets)
    }

    private var truncated: CaptureFailure {
        CaptureFailure("The capture is cut off within a record, after \(records) whole ones.")
    }
}

/// A file that is read from its beginning to its end.
final class CaptureFileSource {
    private let file: UnsafeMutablePointer<FILE>

    init?(_ path: String) {
        guard let file = fopen(path, "re") else { return nil }
        self.file = file
    }

    deinit { fclose(file) }

    func read(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { out, filled in
            filled = out.baseAddress.map { fread($0, 1, count, file) } ?? 0
        }
    }
}
