// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that holds one password and nothing else.
package enum PasswordFile {
    /// Nobody's password is longer, and a wrong path may point at anything.
    private static let longest = 4_096

    /// The password without the line break that editors add; nil when the file cannot be read or holds none. Blocks
    /// for a moment on a local file.
    package static func read(_ path: String) -> String? {
        guard let stream = fopen(path, "re") else { return nil }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: longest)
        let count = fread(&bytes, 1, longest, stream)
        var text = bytes.prefix(count)
        while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { text.removeLast() }
        guard !text.isEmpty, count < longest, !text.contains(0) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
