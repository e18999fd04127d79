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
        var text = text
        let words = text.withUTF8(Self.words)
        guard words.count > 1 else { return [] }
        return rules.indices.filter { matches($0, words) }.map { rules[$0].name }
    }

    // MARK: Words

    /// Which elements of which rules a word is one of: a bit each, numbered through all rules. Most words are none.
    typealias Roles = UInt32

    /// The number of each rule's first element.
    private static let firstRole: [Int] = rules.indices.map { place in
        rules[..<place].reduce(0) { $0 + $1.words.count }
    }

    private static let vocabulary: InjectionVocabulary = {
        var roles: [String: Roles] = [:]
        for (place, rule) in rules.enumerated() {
            for (element, words) in rule.words.enumerated() {
                for word in words { roles[word, default: 0] |= 1 << Roles(firstRole[place] + element) }
            }
        }
        return InjectionVocabulary(roles)
    }()

    /// The roles of all words, one after another. A word is a run of ASCII letters of either case. Zero-width
    /// characters and soft hyphens, the usual way to split a word unseen, are left out rather than taken for borders.
    static func words(of text: UnsafeBufferPointer<UInt8>) -> [Roles] {
        let vocabulary = vocabulary
        var words: [Roles] = []
        words.reserveCapacity(min(text.count, longestTextBytes) / 6)
        var current = InjectionVocabulary.Word()
        var place = 0
        // Characters, as far as they are looked at: continuation bytes are not counted.
        var characters = 0
        while place < text.count, characters < longestTextBytes {
            let byte = text[place]
            let letter = byte | 32
            if letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") {
                current.add(letter)
                place += 1
                characters += 1
                continue
            }
            let invisible = byte < 0x80 ? 0 : invisibleLength(text, at: place)
            if invisible == 0, !current.isEmpty {
                words.append(vocabulary[current])
                current = InjectionVocabulary.Word()
            }
            place += max(1, invisible)
            if byte & 0xC0 != 0x80 { characters += 1 }
        }
        if !current.isEmpty { words.append(vocabulary[current]) }
        return words
    }

    /// The bytes of U+00AD, U+200B to U+200D, U+2060 or U+FEFF, if one of them stands here; else 0.
    private static func invisibleLength(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int {
        let rest = text.count - place
        if rest >= 2, text[place] == 0xC2, text[place + 1] == 0xAD { return 2 }
        guard rest >= 3 else { return 0 }
        switch (text[place], text[place + 1], text[place + 2]) {
        case (0xE2, 0x80, 0x8B...0x8D), (0xE2, 0x81, 0xA0), (0xEF, 0xBB, 0xBF): return 3
        default: return 0
        }
    }

    private static func matches(_ number: Int, _ words: [Roles]) -> Bool {
        let rule = rules[number]
        let first = firstRole[number]
        for start in words.indices where words[start] >> first & 1 == 1 {
            var at = start
            var isMatch = true
            for element in 1..<rule.words.count {
                let role = Roles(1) << Roles(first + element)
                let last = min(words.count, at + 2 + rule.gap)
                guard let next = (at + 1..<max(last, at + 1)).first(where: { words[$0] & role != 0 }) else {
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
