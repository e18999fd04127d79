// SPDX-License-Identifier: Apache-2.0

/// What stands before the bytes of a saved sequence on disk.
///
/// All numbers are little-endian: magic, model, count of bytes, the bytes' sum, a reserved word, counts of salt,
/// adapter and tokens, then these three, then the sum of all of this. The bytes follow, to the file's end.
package struct StateFile: Hashable, Sendable {
    package var scope: PrefixScope
    package var tokens: [TokenID]
    package var byteCount: Int
    package var checksum: UInt64

    package init(scope: PrefixScope, tokens: [TokenID], byteCount: Int, checksum: UInt64) {
        self.scope = scope
        self.tokens = tokens
        self.byteCount = byteCount
        self.checksum = checksum
    }

    private static let magic: UInt64 = 0x3156_4B59_454C_5250  // "PRLEYKV1"
    private static let fixedCount = 8 * 3 + 4 * 3 + 8 * 2
    /// No context is longer, and no header may make us allocate more.
    private static let maxTokens = 1 << 24
    private static let maxName = 1_024
    /// Enough for the fixed part, which says how long the rest is.
    package static let leastCount = fixedCount

    /// - Parameter model: names the model file and the library; a state of another is of no use.
    package func header(model: UInt64) -> [UInt8] {
        let adapter = Array(scope.adapter.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.fixedCount + scope.salt.count + adapter.count + tokens.count * 4 + 8)
        Self.put(Self.magic, &bytes)
        Self.put(model, &bytes)
        Self.put(UInt64(byteCount), &bytes)
        Self.put(checksum, &bytes)
        Self.put(UInt64(0), &bytes)
        Self.put(UInt32(scope.salt.count), &bytes)
        Self.put(UInt32(adapter.count), &bytes)
        Self.put(UInt32(tokens.count), &bytes)
        bytes += scope.salt
        bytes += adapter
        for token in tokens { Self.put(token, &bytes) }
        Self.put(StateChecksum.of(bytes), &bytes)
        return bytes
    }

    /// The length of the whole header, from its first `leastCount` bytes; nil when they are none of ours.
    package static func headerCount(_ bytes: [UInt8], model: UInt64) -> Int? {
        var reader = Reader(bytes: bytes)
        guard bytes.count >= fixedCount, reader.take(UInt64.self) == magic, reader.take(UInt64.self) == model else {
            return nil
        }
        reader.at = 40
        let salt = Int(reader.take(UInt32.self))
        let adapter = Int(reader.take(UInt32.self))
        let tokens = Int(reader.take(UInt32.self))
        guard salt <= maxName, adapter <= maxName, tokens <= maxTokens else { return nil }
        return fixedCount + salt + adapter + tokens * 4 + 8
    }

    /// Reads a whole header; nil when it is not of this model, or damaged.
    package init?(header bytes: [UInt8], model: UInt64) {
        guard let count = Self.headerCount(bytes, model: model), bytes.count == count else { return nil }
        var reader = Reader(bytes: bytes)
        reader.at = count - 8
        guard reader.take(UInt64.self) == StateChecksum.of(Array(bytes[..<(count - 8)])) else { return nil }
        reader.at = 16
        guard let byteCount = Int(exactly: reader.take(UInt64.self)) else { return nil }
        checksum = reader.take(UInt64.self)
        reader.at = 40
        let salt = Int(reader.take(UInt32.self))
        let adapter = Int(reader.take(UInt32.self))
        let tokenCount = Int(reader.take(UInt32.self))
        let names = Self.fixedCount
        scope = PrefixScope(
            salt: Array(bytes[names..<(names + salt)]),
            adapter: String(decoding: bytes[(names + salt)..<(names + salt + adapter)], as: UTF8.self))
        reader.at = names + salt + adapter
        tokens = (0..<tokenCount).map { _ in reader.take(UInt32.self) }
        self.byteCount = byteCount
    }

    /// The name of the file for this scope and these tokens.
    package var name: String {
        var bytes = scope.salt + Array(scope.adapter.utf8)
        for token in tokens { Self.put(token, &bytes) }
        let hex = String(StateChecksum.of(bytes), radix: 16)
        return String(repeating: "0", count: 16 - hex.utf8.count) + hex + ".state"
    }

    private static func put(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0
        init(bytes: [UInt8]) { self.bytes = bytes }

        /// The caller has checked that it is there.
        mutating func take<T: FixedWidthInteger>(_ type: T.Type) -> T {
            let size = MemoryLayout<T>.size
            defer { at += size }
            return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: T.self)) }
        }
    }
}
