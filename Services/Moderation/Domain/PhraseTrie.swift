// SPDX-License-Identifier: Apache-2.0

/// An organisation's blocked phrases as one trie: matching costs per byte of text, however many phrases there are.
///
/// Phrases match whole words, letters without regard to ASCII case, and any white space where they hold a space.
package struct PhraseTrie: Sendable {
    /// More phrases than this belong into a classifier.
    package static let mostPhrases = 10_000
    package static let longestPhraseBytes = 200

    package struct Phrase: Hashable, Sendable {
        package var text: String
        package var redacts: Bool
        package init(text: String, redacts: Bool) {
            self.text = text
            self.redacts = redacts
        }
    }

    /// Edges by (node, byte); node 0 is the root.
    private var edges: [UInt32: UInt32] = [:]
    /// What ends at a node: absent, redact or block.
    private var ends: [UInt32: Bool] = [:]
    private var firstBytes = [Bool](repeating: false, count: 256)
    private var nodes: UInt32 = 1

    package var isEmpty: Bool { ends.isEmpty }

    package init(_ phrases: some Sequence<Phrase>) {
        for phrase in phrases.prefix(Self.mostPhrases) {
            let bytes = Self.canonical(phrase.text)
            guard !bytes.isEmpty, bytes.count <= Self.longestPhraseBytes else { continue }
            insert(bytes, redacts: phrase.redacts)
        }
    }

    /// Lower case, single spaces, none at the ends: the form in which phrases are stored and compared.
    package static func canonical(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if ByteClass.isSpace(byte) {
                if let last = out.last, last != 32 { out.append(32) }
            } else {
                out.append(ByteClass.lowered(byte))
            }
        }
        if out.last == 32 { out.removeLast() }
        return out
    }

    private mutating func insert(_ bytes: [UInt8], redacts: Bool) {
        var node: UInt32 = 0
        for byte in bytes {
            let key = node << 8 | UInt32(byte)
            if let next = edges[key] {
                node = next
            } else {
                edges[key] = nodes
                node = nodes
                nodes += 1
            }
        }
        firstBytes[Int(bytes[0])] = true
        // A phrase given twice with different consequences blocks: the stricter wish wins.
        ends[node] = (ends[node] ?? true) && redacts
    }

    package func scan(_ text: UnsafeBufferPointer<UInt8>, followsWord: Bool, isFinal: Bool) -> Scan {
        var scan = Scan(holdFrom: text.count)
        guard !isEmpty else { return scan }
        var at = 0
        while at < text.count {
            let isWordStart = at == 0 ? !followsWord : !(ByteClass.isWord(text[at - 1]) && ByteClass.isWord(text[at]))
            guard isWordStart, firstBytes[Int(ByteClass.lowered(text[at]))] else {
                at += 1
                continue
            }
            let (match, isPartial) = walk(text, from: at, isFinal: isFinal)
            if isPartial {
                scan.holdFrom = min(scan.holdFrom, at)
                return scan
            }
            if let match {
                scan.findings.append(
                    Finding(
                        range: at..<match.end, kind: "blocklist",
                        consequence: match.redacts ? .redact(replacement: "[removed]") : .block))
                at = match.end
            } else {
                at += 1
            }
        }
        return scan
    }

    /// The longest phrase that begins at `start`, or whether one could still be completed.
    private func walk(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, isFinal: Bool
    ) -> (match: (end: Int, redacts: Bool)?, isPartial: Bool) {
        var node: UInt32 = 0
        var at = start
        var match: (end: Int, redacts: Bool)?
        while at < text.count {
            let byte = ByteClass.isSpace(text[at]) ? 32 : ByteClass.lowered(text[at])
            guard let next = edges[node << 8 | UInt32(byte)] else { return (match, false) }
            node = next
            at += 1
            if byte == 32 { while at < text.count, ByteClass.isSpace(text[at]) { at += 1 } }
            if let redacts = ends[node] {
                let endsWord =
                    at < text.count
                    ? !(ByteClass.isWord(text[at - 1]) && ByteClass.isWord(text[at])) : isFinal
                if endsWord { match = (at, redacts) }
            }
        }
        // The text ended inside a phrase, or right behind one whose last word may go on.
        return (match, !isFinal)
    }
}
