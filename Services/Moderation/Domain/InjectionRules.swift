// SPDX-License-Identifier: Apache-2.0

/// Recognises the common forms of prompt injection and jailbreak in what people send and in what documents say.
///
/// A rule is a sequence of word sets with bounded gaps, matched on lower-cased words: quick, explainable by name, and
/// blind to everything cleverer. It is the first line, not the only one; a trained classifier comes beside it later.
package enum InjectionRules {
    struct Rule: Sendable {
        var name: String
        /// Each element is one of these words; up to `gap` other words may stand between two elements.
        var words: [Set<String>]
        var gap: Int
    }

    /// A text is judged up to here; nobody hides an instruction for a small model behind 64 KiB of words.
    package static let longestTextBytes = 65_536

    static let rules: [Rule] = [
        Rule(
            name: "injection.ignore_instructions",
            words: [
                ["ignore", "disregard", "forget", "override", "bypass"],
                ["previous", "prior", "above", "earlier", "preceding", "all", "any", "your"],
                ["instructions", "instruction", "rules", "prompt", "prompts", "directions", "guidelines", "commands"],
            ], gap: 3),
        Rule(
            name: "injection.reveal_prompt",
            words: [
                ["reveal", "print", "show", "repeat", "output", "display", "leak"],
                ["system", "hidden", "initial", "secret"],
                ["prompt", "instructions", "message"],
            ], gap: 3),
        Rule(
            name: "injection.new_instructions",
            words: [["new", "updated", "real"], ["instructions", "system"], ["follow", "prompt", "override"]], gap: 2),
        Rule(
            name: "jailbreak.persona",
            words: [["you"], ["are"], ["now"], ["dan", "jailbroken", "unrestricted", "unfiltered", "stan"]], gap: 2),
        Rule(
            name: "jailbreak.no_limits",
            words: [
                ["without", "no", "ignoring"],
                ["restrictions", "limitations", "filters", "guardrails", "censorship"],
                ["answer", "respond", "act", "reply", "comply"],
            ], gap: 6),
        Rule(
            name: "jailbreak.pretend_unrestricted",
            words: [
                ["pretend", "act", "roleplay", "behave"],
                ["no", "without", "unrestricted", "unfiltered"],
                ["rules", "restrictions", "limitations", "filters", "guidelines", "ai"],
            ], gap: 5),
        Rule(
            name: "jailbreak.developer_mode",
            words: [["enable", "enter", "activate"], ["developer", "god"], ["mode"]], gap: 2),
        Rule(
            name: "jailbreak.do_anything_now",
            words: [["do"], ["anything"], ["now"]], gap: 0),
    ]

    /// The names of all rules that fire.
    package static func fired(by text: String) -> [String] {
        let words = Self.words(of: text)
        guard words.count > 1 else { return [] }
        return rules.filter { matches($0, words) }.map(\.name)
    }

    /// Lower-cased words of ASCII letters. Zero-width characters and soft hyphens, the usual way to split a word
    /// unseen, are left out rather than taken for borders.
    static func words(of text: String) -> [String] {
        var words: [String] = []
        var current = ""
        for scalar in text.unicodeScalars.prefix(longestTextBytes) {
            switch scalar.value {
            case 0x41...0x5A: current.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) | 32))
            case 0x61...0x7A: current.unicodeScalars.append(scalar)
            case 0x200B...0x200D, 0x2060, 0xFEFF, 0x00AD: continue
            default:
                if !current.isEmpty {
                    words.append(current)
                    current = ""
                }
            }
        }
        if !current.isEmpty { words.append(current) }
        return words
    }

    private static func matches(_ rule: Rule, _ words: [String]) -> Bool {
        for start in words.indices where rule.words[0].contains(words[start]) {
            var at = start
            var isMatch = true
            for element in rule.words.dropFirst() {
                let last = min(words.count, at + 2 + rule.gap)
                guard let next = (at + 1..<max(last, at + 1)).first(where: { element.contains(words[$0]) }) else {
                    isMatch = false
                    break
                }
                at = next
            }
            if isMatch { return true }
        }
        return false
    }
}
