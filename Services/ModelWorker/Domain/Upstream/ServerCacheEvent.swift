// SPDX-License-Identifier: Apache-2.0

/// What a foreign server says of its cache of prompts: vLLM's `kv_events`, which SGLang and others send alike.
///
/// A batch is `[time, [event, …], …]`, an event `[name, field, …]`; later versions append fields, so what follows the
/// known ones is passed over, and what is missing has its default.
package enum ServerCacheEvent: Hashable, Sendable {
    /// Blocks that follow each other, computed and kept.
    package struct Stored: Hashable, Sendable {
        /// The server's own names of them.
        package var hashes: [UInt64] = []
        /// The block before the first; nil at the start of a prompt.
        package var parent: UInt64?
        package var tokens: [TokenID] = []
        package var blockTokens = 0
        package var adapter: String?
        /// What keeps tenants apart, where the server tells it; only of the first block of a prompt.
        package var salt: String?
    }

    case stored(Stored)
    case removed([UInt64])
    case cleared

    package enum Failure: Error, Hashable, Sendable {
        case malformed
    }

    private static let maxNameBytes = 256

    /// Reads a batch. Events of other memories than the accelerator's, and of further groups of layers, are left out:
    /// the first group says what of a prompt is at hand.
    package static func batch(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> [ServerCacheEvent] {
        var reader = PackReader(bytes)
        do throws(PackReader.Failure) {
            guard try reader.array() >= 2 else { throw .malformed }
            try reader.skip()
            var events: [ServerCacheEvent] = []
            for _ in 0..<(try reader.array()) {
                if let event = try read(&reader) { events.append(event) }
            }
            return events
        } catch {
            throw .malformed
        }
    }

    private static func read(_ reader: inout PackReader) throws(PackReader.Failure) -> ServerCacheEvent? {
        var left = try reader.array() - 1
        guard left >= 0 else { throw .malformed }
        let name = try reader.text(atMost: maxNameBytes)
        /// Reads the next field, if there is one.
        func field<R>(
            _ fallback: R, _ read: (inout PackReader) throws(PackReader.Failure) -> R
        ) throws(PackReader.Failure) -> R {
            guard left > 0 else { return fallback }
            left -= 1
            return reader.passesNil() ? fallback : try read(&reader)
        }
        var event: ServerCacheEvent?
        var isAtHand = true
        switch name {
        case "BlockStored":
            var stored = Stored()
            stored.hashes = try field([], list)
            stored.parent = try field(nil) { (reader) throws(PackReader.Failure) in try reader.bits() }
            stored.tokens = try field([], list).map { TokenID(truncatingIfNeeded: $0) }
            let size = try field(0) { (reader) throws(PackReader.Failure) -> UInt64 in try reader.bits() }
            stored.blockTokens = Int(clamping: size)
            let number = try field(nil) { (reader) throws(PackReader.Failure) -> UInt64? in try reader.bits() }
            isAtHand = try field(true, isAccelerator)
            stored.adapter = try field(number.map { "number \($0)" }) { (reader) throws(PackReader.Failure) in
                try reader.text(atMost: maxNameBytes)
            }
            stored.salt = try field(nil, salt)
            isAtHand = try field(true, isFirstGroup) && isAtHand
            event = .stored(stored)
        case "BlockRemoved":
            let hashes = try field([], list)
            isAtHand = try field(true, isAccelerator)
            isAtHand = try field(true, isFirstGroup) && isAtHand
            event = .removed(hashes)
        case "AllBlocksCleared": event = .cleared
        default: break
        }
        for _ in 0..<left { try reader.skip() }
        return isAtHand ? event : nil
    }

    private static func list(_ reader: inout PackReader) throws(PackReader.Failure) -> [UInt64] {
        let count = try reader.array()
        var values: [UInt64] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try reader.bits()) }
        return values
    }

    private static func isAccelerator(_ reader: inout PackReader) throws(PackReader.Failure) -> Bool {
        try reader.text(atMost: maxNameBytes) == "GPU"
    }

    private static func isFirstGroup(_ reader: inout PackReader) throws(PackReader.Failure) -> Bool {
        try reader.bits() == 0
    }

    /// The last text among the first block's further keys: an adapter's name comes before it.
    private static func salt(_ reader: inout PackReader) throws(PackReader.Failure) -> String? {
        var found: String?
        for block in 0..<(try reader.array()) {
            if reader.passesNil() { continue }
            guard block == 0 else {
                try reader.skip()
                continue
            }
            for _ in 0..<(try reader.array()) { found = try reader.text(atMost: maxNameBytes) ?? found }
        }
        return found
    }
}
