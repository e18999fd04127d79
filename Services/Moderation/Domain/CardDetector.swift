// SPDX-License-Identifier: Apache-2.0

/// Finds payment card numbers: 13 to 19 digits (ISO/IEC 7812), grouped by single spaces or dashes or not at all, with a
/// valid Luhn checksum and a first digit that card schemes use (2 to 6).
///
/// Digits are read in groups, and any run of neighbouring groups may be the card: an expiry date or a quantity often
/// stands right before or behind it.
package enum CardDetector {
    static let fewestDigits = 13
    static let mostDigits = 19
    package static let replacement = "[card]"

    private struct Group {
        var range: Range<Int>
        var count: Int { range.count }
    }

    /// - Parameter followsWord: the byte before this text, already released, belonged to a word or a number.
    package static func scan(_ text: UnsafeBufferPointer<UInt8>, followsWord: Bool, isFinal: Bool) -> Scan {
        var scan = Scan(holdFrom: text.count)
        var at = 0
        while at < text.count {
            guard ByteClass.isDigit(text[at]), at == 0 ? !followsWord : !ByteClass.isWord(text[at - 1]) else {
                at += 1
                continue
            }
            let (groups, end) = readGroups(text, from: at)
            let reachesEnd = end == text.count
            if reachesEnd, !isFinal {
                if let start = firstUsable(groups) { scan.holdFrom = min(scan.holdFrom, start) }
                judge(groups, text, before: scan.holdFrom, into: &scan)
            } else {
                judge(groups, text, before: text.count, into: &scan)
            }
            at = max(end, at + 1)
        }
        return scan
    }

    /// Groups of digits with one separator between them, from a digit at `start`; also where the run ends, counting a
    /// separator at the very end of the text, behind which another group may follow.
    private static func readGroups(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> ([Group], Int) {
        var groups: [Group] = []
        var at = start
        while at < text.count, ByteClass.isDigit(text[at]) {
            let first = at
            while at < text.count, ByteClass.isDigit(text[at]) { at += 1 }
            groups.append(Group(range: first..<at))
            guard at < text.count, text[at] == 32 || text[at] == 45 else { break }
            if at + 1 == text.count { return (groups, text.count) }
            guard ByteClass.isDigit(text[at + 1]) else { break }
            at += 1
        }
        return (groups, at)
    }

    /// The earliest group from which a card could still be completed by digits that have not come yet.
    private static func firstUsable(_ groups: [Group]) -> Int? {
        var total = 0
        var start: Int?
        for group in groups.reversed() {
            total += group.count
            if total > mostDigits { break }
            start = group.range.lowerBound
        }
        return start
    }

    private static func judge(
        _ groups: [Group], _ text: UnsafeBufferPointer<UInt8>, before limit: Int, into scan: inout Scan
    ) {
        var first = 0
        while first < groups.count {
            var last = first
            var total = 0
            var match: Int?
            while last < groups.count, total + groups[last].count <= mostDigits {
                total += groups[last].count
                let range = groups[first].range.lowerBound..<groups[last].range.upperBound
                if total >= fewestDigits, range.lowerBound < limit, isCard(text, range) { match = last }
                last += 1
            }
            if let match {
                scan.findings.append(
                    Finding(
                        range: groups[first].range.lowerBound..<groups[match].range.upperBound, kind: "card",
                        consequence: .redact(replacement: replacement)))
                first = match + 1
            } else {
                first += 1
            }
        }
    }

    private static func isCard(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        guard (50...54).contains(text[range.lowerBound]) else { return false }
        var sum = 0
        var isSecond = false
        for index in range.reversed() where ByteClass.isDigit(text[index]) {
            var digit = Int(text[index] - 48)
            if isSecond {
                digit *= 2
                if digit > 9 { digit -= 9 }
            }
            sum += digit
            isSecond.toggle()
        }
        return sum % 10 == 0
    }
}
