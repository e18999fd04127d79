// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How much memory this process may still take.
package enum AvailableMemory {
    /// The lesser of what the machine can give without swapping (`MemAvailable` of proc(5)) and what the control group
    /// leaves (memory.max less memory.current of cgroup v2, the page cache it may drop counted as free). nil where
    /// neither says: nothing is refused then.
    package static var bytes: Int? {
        let machine = value("MemAvailable:", in: text("/proc/meminfo")).map { $0 << 10 }
        guard let limit = Int(text("/sys/fs/cgroup/memory.max").trimmed),
            let used = Int(text("/sys/fs/cgroup/memory.current").trimmed)
        else { return machine }
        let reclaimable = value("inactive_file", in: text("/sys/fs/cgroup/memory.stat")) ?? 0
        let group = max(0, limit - used + reclaimable)
        return min(machine ?? group, group)
    }

    /// Refuses a draft model's file that would not fit, before it is read.
    package static func check(draft path: String) throws(LlamaFailure) {
        var attributes = stat()
        guard stat(path, &attributes) == 0, let available = bytes else { return }
        let needed = Int(attributes.st_size)
        guard needed <= available else { throw .noDraftMemory(needed: needed, available: available) }
    }

    /// The number after a name at the start of a line.
    static func value(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            let words = line.split(separator: " ")
            if words.count > 1, words[0] == name { return Int(words[1]) }
        }
        return nil
    }

    private static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, count in
            count = max(0, read(file, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    fileprivate var trimmed: Substring {
        var rest = self[...]
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return rest
    }
}
