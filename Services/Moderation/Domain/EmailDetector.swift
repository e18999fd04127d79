// SPDX-License-Identifier: Apache-2.0

/// Finds e-mail addresses: the forms people and programs write, not all that RFC 5321 allows.
///
/// In a stream every word could still turn into an address, and holding each one back would delay every token by the
/// next. So a word of letters alone is let go; if an `@` follows, everything from the `@` on is redacted, which leaves
/// a name and no address. A word that already looks like the first half of an address (it holds a dot, a digit, `_`,
/// `+`, `%` or `-`) is held until it ends.
package enum EmailDetector {
    /// The longest local part (RFC 5321, 4.5.3.1.1); a longer word is no address and is not held.
    static let longestLocalPart = 64
    static let longestDomain = 253
    package static let replacement = "[email]"

    private static func isLocal(_ byte: UInt8) -> Bool {
        ByteClass.isDigit(byte) || ((byte | 32) >= 97 && (byte | 32) <= 122) || byte == 46 || byte == 95 || byte == 37
            || byte == 43 || byte == 45
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        ByteClass.isDigit(byte) || ((byte | 32) >= 97 && (byte | 32) <= 122) || byte == 46 || byte == 45
    }

    /// - Parameter followsWord: the byte before this text, already released, belonged to a word.
    package static func scan(_ text: UnsafeBufferPointer<UInt8>, followsWord: Bool, isFinal: Bool) -> Scan {
        var scan = Scan(holdFrom: text.count)
        for at in 0..<text.count where text[at] == 64 {
            var start = at
            while start > 0, at - start < longestLocalPart, isLocal(text[start - 1]) { start -= 1 }
            guard start < at || (at == 0 && followsWord) else { continue }
            var end = at + 1
            while end < text.count, end - at <= longestDomain, isDomain(text[end]) { end += 1 }
            if end == text.count, !isFinal {
                scan.holdFrom = min(scan.holdFrom, start)
                continue
            }
            if let domainEnd = domainEnd(text, from: at + 1, to: end) {
                scan.findings.append(
                    Finding(range: start..<domainEnd, kind: "email", consequence: .redact(replacement: replacement)))
            }
        }
        if !isFinal { scan.holdFrom = min(scan.holdFrom, trailingHold(text)) }
        return scan
    }

    /// Where the domain really ends: at least one dot inside, a last label of two letters or more, and no dot or dash
    /// that belongs to the sentence.
    private static func domainEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int) -> Int? {
        var end = limit
        while end > start, text[end - 1] == 46 || text[end - 1] == 45 { end -= 1 }
        var label = end
        while label > start, text[label - 1] != 46 { label -= 1 }
        guard label > start + 1, end - label >= 2 else { return nil }
        for index in label..<end where !ByteClass.isLetter(text[index]) { return nil }
        return end
    }

    /// From where the last word has to wait, or the text's length.
    private static func trailingHold(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var start = text.count
        var looksLikeAddress = false
        while start > 0, text.count - start <= longestLocalPart, isLocal(text[start - 1]) {
            let byte = text[start - 1]
            if !ByteClass.isLetter(byte) { looksLikeAddress = true }
            start -= 1
        }
        guard text.count - start <= longestLocalPart, looksLikeAddress, start < text.count,
            ByteClass.isWord(text[start])
        else { return text.count }
        return start
    }
}
