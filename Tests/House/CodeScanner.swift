// SPDX-License-Identifier: Apache-2.0

/// Blanks comments and the contents of strings in Swift source, so that counting braces and looking for words does not
/// stumble over prose. Line breaks stay where they are.
struct CodeScanner {
    private enum Context {
        /// Code; inside an interpolation the depth of its parentheses tells where the string goes on.
        case code(depth: Int)
        case string(hashes: Int, multiline: Bool)
    }

    private let bytes: [UInt8]
    private var result: [UInt8]
    private var position = 0
    private var contexts: [Context] = [.code(depth: 0)]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        result = bytes.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
    }

    mutating func masked() -> [UInt8] {
        while position < bytes.count {
            switch contexts.last ?? .code(depth: 0) {
            case .code(let depth): readCode(depth: depth)
            case .string(let hashes, let multiline): readString(hashes: hashes, multiline: multiline)
            }
        }
        return result
    }

    private mutating func readCode(depth: Int) {
        if starts(with: "//") { return skipLine() }
        if starts(with: "/*") { return skipComment() }
        if let (hashes, multiline) = openingQuote() {
            contexts.append(.string(hashes: hashes, multiline: multiline))
            position += hashes + (multiline ? 3 : 1)
            return
        }
        let byte = bytes[position]
        if contexts.count > 1, byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") {
            let deeper = byte == UInt8(ascii: "(") ? depth + 1 : depth - 1
            contexts.removeLast()
            if deeper > 0 { contexts.append(.code(depth: deeper)) }
            if deeper == 0 { return position += 1 }
        }
        result[position] = byte
        position += 1
    }

    private mutating func readString(hashes: Int, multiline: Bool) {
        let marks = String(repeating: "#", count: hashes)
        if starts(with: "\\" + marks + "(") {
            position += hashes + 2
            contexts.append(.code(depth: 1))
        } else if starts(with: "\\" + marks) {
            position += hashes + 2
        } else if starts(with: (multiline ? "\"\"\"" : "\"") + marks) {
            position += hashes + (multiline ? 3 : 1)
            contexts.removeLast()
        } else {
            position += 1
        }
    }

    private func openingQuote() -> (hashes: Int, multiline: Bool)? {
        var end = position
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        let multiline = bytes[end...].starts(with: Array("\"\"\"".utf8))
        return (end - position, multiline)
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                position += 2
            } else if starts(with: "*/") {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }
}
