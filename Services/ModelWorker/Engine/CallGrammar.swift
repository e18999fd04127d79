// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain

/// Makes the library's grammar for tool calls begin with a call.
///
/// For a call that is required, the library's grammar still lets free text come first, and a small model then never
/// comes to the call; nor does it bound how many calls there are. Both stand in rules of known shape, which are
/// rewritten; a rule of another shape is left as it is, and then `max_completion_tokens` is the bound.
enum CallGrammar {
    /// More calls than this are not asked for in one answer.
    static let maxCalls = 8

    static func forced(_ source: String, isSingle: Bool) -> String {
        var lines: [String] = []
        for line in source.split(separator: "\n", omittingEmptySubsequences: true) {
            if line.hasPrefix("root ::= ") {
                lines.append(withoutPreface(line))
            } else if line == "tool-calls ::= (tool-call space)+" {
                let repeated = isSingle ? "tool-call" : "tool-call (space tool-call){0,\(maxCalls - 1)}"
                lines.append("tool-calls ::= \(repeated)")
            } else if isSingle, line.hasPrefix("tool-call ::= ") {
                lines.append(withoutFollowers(line))
            } else {
                lines.append(String(line))
            }
        }
        return lines.joined(separator: "\n")
    }

    /// `root ::= "…" space until-12? tool-calls`: anything until a call begins, which goes.
    private static func withoutPreface(_ line: Substring) -> String {
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let at = words.firstIndex(where: { $0.hasPrefix("until-") && $0.hasSuffix("?") }) else {
            return String(line)
        }
        words.remove(at: at)
        // The blank before it would be a way to write blanks instead of calling.
        if at > 0, words[at - 1] == "space" { words.remove(at: at - 1) }
        return words.joined(separator: " ")
    }

    /// `(space "," space (tool-a | tool-b))*` inside one pair of tags: one call is one call.
    private static func withoutFollowers(_ line: Substring) -> String {
        guard let start = line.firstRange(of: " (space \",\" space ("), let end = line.firstRange(of: "))* ") else {
            return String(line)
        }
        return line[..<start.lowerBound] + " " + line[end.upperBound...]
    }
}
