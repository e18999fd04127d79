// SPDX-License-Identifier: Apache-2.0

/// The words that injection rules know, looked up while a text is read: a long prompt has thousands of words, and a
/// string for each of them cost more than everything else that moderation does with it.
struct InjectionVocabulary: Sendable {
    /// A lower-cased word of ASCII letters, five bits each: exact up to twelve letters. What is longer is no word of
    /// ours.
    struct Word: Hashable {
        static let longest = 12
        fileprivate(set) var letters: UInt64 = 0
        private(set) var count = 0

        var isEmpty: Bool { count == 0 }
        var isTooLong: Bool { count > Self.longest }

        /// - Parameter letter: `a` to `z`.
        mutating func add(_ letter: UInt8) {
            letters = letters << 5 | UInt64(letter & 31)
            count += 1
        }

        init() {}
        init(_ text: String) {
            for letter in text.utf8 { add(letter) }
        }
    }

    /// More places than four times the words, so that nearly all look-ups end at the first.
    private static let bits = 9
    private var places = [(letters: UInt64, roles: InjectionRules.Roles)](repeating: (0, 0), count: 1 << bits)

    init(_ words: [String: InjectionRules.Roles]) {
        precondition(words.count <= 1 << (Self.bits - 2), "too many words for the table")
        for (text, roles) in words {
            let word = Word(text)
            precondition(!word.isTooLong, "a rule's word is longer than a word can be")
            var place = Self.place(of: word)
            while places[place].letters != 0 { place = (place + 1) & (1 << Self.bits - 1) }
            places[place] = (word.letters, roles)
        }
    }

    subscript(_ word: Word) -> InjectionRules.Roles {
        guard !word.isTooLong else { return 0 }
        var place = Self.place(of: word)
        while places[place].letters != 0 {
            if places[place].letters == word.letters { return places[place].roles }
            place = (place + 1) & (1 << Self.bits - 1)
        }
        return 0
    }

    /// Fibonacci hashing: the golden ratio's bits spread neighbours.
    private static func place(of word: Word) -> Int {
        Int((word.letters &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
    }
}
