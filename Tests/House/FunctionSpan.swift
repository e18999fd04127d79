// SPDX-License-Identifier: Apache-2.0

/// Where a function begins and ends, found by counting braces in code whose comments and strings are blanked.
struct FunctionSpan {
    var name: String
    /// The line of the declaration, counted from 0.
    var first: Int
    var last: Int
    var lines: Int { last - first + 1 }

    static func all(in code: [Substring]) -> [FunctionSpan] {
        code.indices.compactMap { line in
            guard let name = declaredName(in: code[line]), let last = end(of: line, in: code) else { return nil }
            return FunctionSpan(name: name, first: line, last: last)
        }
    }

    /// The function a line declares, or nil. A call such as `self.init(` declares nothing.
    private static func declaredName(in line: Substring) -> String? {
        let words = line.split(separator: " ")
        if let position = words.firstIndex(of: "func"), position + 1 < words.count {
            return String(words[position + 1].prefix { $0 != "(" && $0 != "<" })
        }
        let modifiers: Set<Substring> = [
            "package", "private", "fileprivate", "internal", "public", "convenience", "required",
        ]
        guard let word = words.first(where: { !modifiers.contains($0) }) else { return nil }
        return word.hasPrefix("init(") || word.hasPrefix("init?(") || word.hasPrefix("init<") ? "init" : nil
    }

    /// The line of the closing brace; nil for a requirement of a protocol, which has no body.
    private static func end(of first: Int, in code: [Substring]) -> Int? {
        var brackets = 0
        var braces = 0
        for line in first..<code.count {
            if line > first, braces == 0, brackets == 0, startsAnother(code[line]) { return nil }
            // What stands before the declaration in its own line is not part of it.
            let text = line == first ? afterDeclaration(code[line]) : code[line]
            for character in text {
                switch character {
                case "(", "[": brackets += 1
                case ")", "]": brackets -= 1
                case "{" where brackets == 0: braces += 1
                case "}" where brackets == 0:
                    braces -= 1
                    if braces == 0 { return line }
                    if braces < 0 { return nil }
                default: break
                }
            }
        }
        return nil
    }

    private static func afterDeclaration(_ line: Substring) -> Substring {
        let words = ["func ", "init"]
        return words.compactMap { line.firstRange(of: $0) }.first.map { line[$0.upperBound...] } ?? line
    }

    private static func startsAnother(_ line: Substring) -> Bool {
        let words = line.split(separator: " ")
        return declaredName(in: line) != nil || words.contains("var") || words.contains("associatedtype")
    }
}
