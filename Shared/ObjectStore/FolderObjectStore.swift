// SPDX-License-Identifier: Apache-2.0

import Glibc
import Primitives

/// Objects as files in one folder. A file appears whole or not at all: written beside, synced, then renamed.
package struct FolderObjectStore: ObjectStore {
    private let root: String

    /// - Throws: when the folder cannot be made or written, so that a wrong setting stops the start.
    package init(root: String) throws(ObjectStoreFailure) {
        self.root = root
        try Self.makeFolder(root)
        guard access(root, R_OK | W_OK | X_OK) == 0 else { throw Self.failure("open", root) }
    }

    package func put(_ bytes: [UInt8], at key: ObjectKey) throws(ObjectStoreFailure) {
        let path = "\(root)/\(key)"
        try Self.makeFolder("\(root)/\(key.organisation)")
        try Self.makeFolder("\(root)/\(key.organisation)/\(key.kind.rawValue)")
        let draft = "\(path).\(getpid()).\(UInt64.random(in: 0 ... .max)).draft"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("create", draft) }
        var isWritten = false
        defer { if !isWritten { unlink(draft) } }
        let error = Self.writeAll(bytes, to: file)
        close(file)
        if let error { throw .unavailable("write \(draft): \(error)") }
        guard rename(draft, path) == 0 else { throw Self.failure("rename", draft) }
        isWritten = true
    }

    package func get(_ key: ObjectKey) throws(ObjectStoreFailure) -> [UInt8] {
        let path = "\(root)/\(key)"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { throw .notFound }
            throw Self.failure("open", path)
        }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { throw Self.failure("stat", path) }
        var out = [UInt8](repeating: 0, count: Int(info.st_size))
        var at = 0
        while at < out.count {
            let count = out.withUnsafeMutableBytes { read(file, $0.baseAddress?.advanced(by: at), $0.count - at) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("read", path) }
            at += count
        }
        return out
    }

    package func delete(_ key: ObjectKey) throws(ObjectStoreFailure) {
        let path = "\(root)/\(key)"
        guard unlink(path) == 0 || errno == ENOENT else { throw Self.failure("delete", path) }
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> String? {
        var at = 0
        while at < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress?.advanced(by: at), $0.count - at) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(cString: strerror(errno)) }
            at += count
        }
        return fsync(file) == 0 ? nil : String(cString: strerror(errno))
    }

    private static func makeFolder(_ path: String) throws(ObjectStoreFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("create", path) }
    }

    private static func failure(_ action: String, _ path: String) -> ObjectStoreFailure {
        .unavailable("\(action) \(path): \(String(cString: strerror(errno)))")
    }
}
