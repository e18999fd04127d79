// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A text file of system messages, with lines of three hyphens between them.
struct PinnedPromptsFile {
    enum Refusal: Error, Hashable, CustomStringConvertible {
        case unreadable
        case tooLong
        case tooMany

        var description: String {
            switch self {
            case .unreadable: "a text file that can be read"
            case .tooLong: "a file of at most \(PinnedPromptsFile.maxBytes) bytes"
            case .tooMany: "at most \(CacheSettings.maxPinned) prompts"
            }
        }
    }

    /// Far more than eight system messages need.
    static let maxBytes = 1 << 20

    let prompts: [String]

    init(path: String) throws(Refusal) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= Self.maxBytes else { throw .tooLong }
        }
        try self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    init(text: String) throws(Refusal) {
        var prompts: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "---" { prompts.append([]) } else { prompts[prompts.count - 1].append(line) }
        }
        let texts = prompts.map { lines in
            var text = lines.joined(separator: "\n")
            while text.hasPrefix("\n") { text.removeFirst() }
            while text.hasSuffix("\n") { text.removeLast() }
            return text
        }
        self.prompts = texts.filter { !$0.isEmpty }
        guard self.prompts.count <= CacheSettings.maxPinned else { throw .tooMany }
    }
}
