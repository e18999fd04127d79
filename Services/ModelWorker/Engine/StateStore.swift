// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain

/// The bytes behind `StateTier`: saved sequences in memory, and the way to disk and back.
///
/// Lives on the engine's thread. Every state is summed when it is saved and checked when it is wanted; one that does
/// not match is never restored.
final class StateStore {
    struct Saved: Sendable {
        var bytes: [UInt8]
        var checksum: UInt64
    }

    private var memory: [StateKey: Saved] = [:]
    private let disk: StateDisk?

    init(disk: StateDisk?) { self.disk = disk }

    func save(_ bytes: [UInt8], as key: StateKey) {
        memory[key] = Saved(bytes: bytes, checksum: StateChecksum.of(bytes))
    }

    /// The bytes as they were saved; nil when they are not here or not the same any more.
    func bytes(of key: StateKey) -> [UInt8]? {
        guard let saved = memory[key], StateChecksum.of(saved.bytes) == saved.checksum else { return nil }
        return saved.bytes
    }

    /// Moves a state to disk. False when the disk does not keep up, or there is none: the state is gone.
    func spill(_ key: StateKey, _ scope: PrefixScope, _ tokens: [TokenID]) -> Bool {
        guard let saved = memory.removeValue(forKey: key), let disk else { return false }
        let file = StateFile(scope: scope, tokens: tokens, byteCount: saved.bytes.count, checksum: saved.checksum)
        return disk.write(key, file, saved.bytes)
    }

    /// Asks for a state from disk; the answer comes through the mailbox. False when nobody will answer.
    func fetch(_ key: StateKey) -> Bool { disk?.read(key) ?? false }

    /// A state came from disk, checked.
    func arrived(_ key: StateKey, _ saved: Saved) { memory[key] = saved }

    func discard(_ key: StateKey) {
        memory[key] = nil
        disk?.remove(key)
    }

    /// For tests: what failing memory does.
    func damage(_ key: StateKey) {
        guard let count = memory[key]?.bytes.count, count > 0 else { return }
        memory[key]?.bytes[count / 2] ^= 1
    }

    func close() { disk?.close() }
}
