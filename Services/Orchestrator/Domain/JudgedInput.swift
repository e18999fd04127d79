// SPDX-License-Identifier: Apache-2.0

/// A part of a judged text that must not stay as it is. Offsets are bytes of UTF-8, on character borders.
package struct TextRedaction: Hashable, Sendable {
    package var start: Int
    package var end: Int
    package var replacement: String

    package init(start: Int, end: Int, replacement: String) {
        self.start = start
        self.end = end
        self.replacement = replacement
    }
}

/// What people and tools said in a turn, as the one text moderation is asked about, and the way back from its offsets.
///
/// Everything a client sends is judged, not only its last message: a client without a conversation sends its history
/// again each time, and what was redacted once must be redacted again. Answers and system prompts are left out:
/// answers were judged when they were given, and system prompts are the developer's own.
package struct JudgedInput: Hashable, Sendable {
    /// Two line ends between messages: no rule of ours matches across a blank line.
    private static let separator = "\n\n"

    package private(set) var text: String
    /// For each judged message its index and where it stands in `text`.
    private var places: [(index: Int, range: Range<Int>)] = []

    package init(_ entries: [PromptEntry]) {
        text = ""
        for (index, entry) in entries.enumerated() where entry.role == .user || entry.role == .tool {
            if !places.isEmpty { text += Self.separator }
            let start = text.utf8.count
            text += entry.content
            places.append((index, start..<text.utf8.count))
        }
    }

    /// The messages with the redactions done. A redaction over a border replaces its part of the first message and
    /// removes its part of the others; one that lies outside every message is ignored.
    package func redacted(_ entries: [PromptEntry], by redactions: [TextRedaction]) -> [PromptEntry] {
        var entries = entries
        for place in places where entries.indices.contains(place.index) {
            let touching = redactions.filter { $0.start < place.range.upperBound && $0.end > place.range.lowerBound }
            guard !touching.isEmpty else { continue }
            let source = Array(entries[place.index].content.utf8)
            var out: [UInt8] = []
            var at = 0
            for redaction in touching.sorted(by: { $0.start < $1.start }) {
                let start = max(at, redaction.start - place.range.lowerBound)
                let end = min(source.count, redaction.end - place.range.lowerBound)
                guard start < end else { continue }
                out += source[at..<start]
                if redaction.start >= place.range.lowerBound { out += redaction.replacement.utf8 }
                at = end
            }
            out += source[at...]
            entries[place.index].content = String(decoding: out, as: UTF8.self)
        }
        return entries
    }

    package static func == (a: Self, b: Self) -> Bool { a.text == b.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
