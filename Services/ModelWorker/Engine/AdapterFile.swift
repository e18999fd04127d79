// SPDX-License-Identifier: Apache-2.0

import Glibc
import Llama
import ModelWorkerDomain
import Primitives

/// An adapter's file, read once to know it by: its bytes are in the page cache when the engine's thread loads them.
struct AdapterFile {
    let digest: UInt64
    let bytes: Int
    let createdAt: Timestamp

    private static let chunk = 1 << 20

    /// Blocks for as long as reading takes: not for an event loop, nor for the engine's thread.
    init(path: String) throws(LlamaFailure) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .missingFile(path) }
        defer { close(file) }
        var attributes = stat()
        guard fstat(file, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFREG else { throw .missingFile(path) }
        // A sum over the chunks' sums.
        var sums: [UInt64] = []
        var size = 0
        var chunk = [UInt8](repeating: 0, count: Self.chunk)
        while true {
            var filled = 0
            while filled < chunk.count {
                let count = chunk.withUnsafeMutableBytes {
                    read(file, $0.baseAddress.map { $0 + filled }, $0.count - filled)
                }
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw .missingFile(path) }
                if count == 0 { break }
                filled += count
            }
            if filled == 0 { break }
            sums.append(chunk.withUnsafeBytes { StateChecksum.of(UnsafeRawBufferPointer(rebasing: $0[..<filled])) })
            size += filled
        }
        digest = sums.withUnsafeBytes { StateChecksum.of($0) }
        bytes = size
        let written = attributes.st_mtim
        createdAt = Timestamp(microseconds: Int64(written.tv_sec) * 1_000_000 + Int64(written.tv_nsec) / 1_000)
    }
}
