// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import ModelWorkerDomain
import Primitives
import Synchronization

/// Saved sequences in a folder, one file each, written and read on a thread of their own.
///
/// A folder belongs to one process, by a lock on it, and to one model: what another left is removed. Files are written
/// beside their place and renamed, readable by nobody else. Nothing is synchronised to the medium: what a crash leaves
/// half is found by its sum and removed.
final class StateDisk: Sendable {
    private enum Job: Sendable {
        case write(StateKey, StateFile, [UInt8])
        case read(StateKey)
        case remove(StateKey)
    }
    private struct State {
        var jobs: [Job] = []
        /// Bytes in `jobs`.
        var pending = 0
        var isOver = false
    }

    /// Bytes on their way to disk. More would be a second memory tier that nobody counts.
    static let maxPending = 256 << 20
    static let maxFiles = StateTier.maxEntries

    private let folder: String
    private let model: UInt64
    private let lock: Int32
    private let names = Mutex<[StateKey: String]>([:])
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private let onRead: @Sendable (StateKey, StateStore.Saved?) -> Void

    /// - Parameter onRead: called on the disk's thread; nil when the file is gone or damaged.
    /// - Returns: nil when the folder cannot be had: another process has it, or it cannot be written.
    init?(folder: String, model: UInt64, onRead: @escaping @Sendable (StateKey, StateStore.Saved?) -> Void) {
        _ = mkdir(folder, 0o700)
        let lock = open("\(folder)/lock", O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { return nil }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(lock)
            return nil
        }
        self.folder = folder
        self.model = model
        self.lock = lock
        self.onRead = onRead
    }

    deinit { Glibc.close(lock) }

    /// Starts the thread. False when the system gives none.
    func start() -> Bool { DetachedThread.start { self.serve() } }

    /// Looks through what an earlier process left; what `adopt` does not want is removed.
    func adopt(_ adopt: (StateFile) -> StateKey?) {
        guard let folder = opendir(folder) else { return }
        var found: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".state") || name.hasSuffix(".partial") { found.append(name) }
        }
        closedir(folder)
        for name in found {
            if name.hasSuffix(".state"), names.withLock({ $0.count }) < Self.maxFiles, let file = header(of: name),
                let key = adopt(file)
            {
                names.withLock { $0[key] = name }
            } else {
                unlink(path(name))
            }
        }
    }

    // MARK: The engine's side

    func write(_ key: StateKey, _ file: StateFile, _ bytes: [UInt8]) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isOver, state.pending + bytes.count <= Self.maxPending else { return false }
            state.jobs.append(.write(key, file, bytes))
            state.pending += bytes.count
            return true
        }
        if isTaken { signal.signal() }
        return isTaken
    }

    func read(_ key: StateKey) -> Bool { submit(.read(key)) }
    func remove(_ key: StateKey) { _ = submit(.remove(key)) }

    func close() {
        state.withLock { $0.isOver = true }
        signal.signal()
    }

    private func submit(_ job: Job) -> Bool {
        let isOpen = state.withLock { state in
            if !state.isOver { state.jobs.append(job) }
            return !state.isOver
        }
        if isOpen { signal.signal() }
        return isOpen
    }

    // MARK: The thread's side

    private func serve() {
        while true {
            let (jobs, isOver) = state.withLock { state in
                defer { state.jobs = [] }
                return (state.jobs, state.isOver)
            }
            for job in jobs { perform(job) }
            if jobs.isEmpty {
                if isOver { return }
                signal.wait()
            }
        }
    }

    private func perform(_ job: Job) {
        switch job {
        case .write(let key, let file, let bytes):
            let name = file.name
            if write(name, file.header(model: model), bytes) { names.withLock { $0[key] = name } }
            state.withLock { $0.pending -= bytes.count }
        case .read(let key):
            guard let name = names.withLock({ $0.removeValue(forKey: key) }) else { return onRead(key, nil) }
            let saved = contents(of: name)
            // It is in memory from now on. Gone before that is told: it may come again under the same name.
            unlink(path(name))
            onRead(key, saved)
        case .remove(let key):
            if let name = names.withLock({ $0.removeValue(forKey: key) }) { unlink(path(name)) }
        }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }

    private func write(_ name: String, _ header: [UInt8], _ bytes: [UInt8]) -> Bool {
        let partial = path(name + ".partial")
        unlink(partial)
        let file = open(partial, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return false }
        let isWritten = Self.write(header, to: file) && Self.write(bytes, to: file)
        Glibc.close(file)
        guard isWritten, rename(partial, path(name)) == 0 else {
            unlink(partial)
            return false
        }
        return true
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        bytes.withUnsafeBytes { raw in
            var at = 0
            while at < raw.count {
                let count = Glibc.write(file, raw.baseAddress?.advanced(by: at), raw.count - at)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                at += count
            }
            return true
        }
    }

    private func header(of name: String) -> StateFile? {
        withFile(name) { file, _ in Self.header(from: file, model: model) }
    }

    private static func header(from file: Int32, model: UInt64) -> StateFile? {
        guard var bytes = read(StateFile.leastCount, from: file),
            let count = StateFile.headerCount(bytes, model: model),
            let rest = read(count - bytes.count, from: file)
        else { return nil }
        bytes += rest
        return StateFile(header: bytes, model: model)
    }

    private func contents(of name: String) -> StateStore.Saved? {
        withFile(name) { file, size in
            guard let header = Self.header(from: file, model: model),
                header.byteCount == size - lseek(file, 0, SEEK_CUR),
                let bytes = Self.read(header.byteCount, from: file), StateChecksum.of(bytes) == header.checksum
            else { return nil }
            return StateStore.Saved(bytes: bytes, checksum: header.checksum)
        }
    }

    private func withFile<R>(_ name: String, _ body: (Int32, off_t) -> R?) -> R? {
        let file = open(path(name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { Glibc.close(file) }
        var attributes = stat()
        guard fstat(file, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFREG else { return nil }
        return body(file, attributes.st_size)
    }

    private static func read(_ count: Int, from file: Int32) -> [UInt8]? {
        guard count >= 0 else { return nil }
        var isComplete = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(file, buffer.baseAddress?.advanced(by: filled), count - filled)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                filled += got
            }
            isComplete = filled == count
        }
        return isComplete ? bytes : nil
    }
}
