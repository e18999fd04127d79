// SPDX-License-Identifier: Apache-2.0

/// Finds stop strings in a text that arrives in pieces.
///
/// Whatever might be the beginning of a stop string is held back until the next piece decides, so that no part of a
/// stop string is ever shown. What is held is shorter than the longest stop string.
package struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []
    package private(set) var hasStopped = false

    /// Empty stop strings are ignored: they would end every answer before it began.
    package init(_ stops: [String]) {
        self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
    }

    /// Text that may be shown after this piece. After a stop string was found, nothing more is.
    package mutating func append(_ piece: [UInt8]) -> [UInt8] {
        guard !hasStopped else { return [] }
        guard !stops.isEmpty else { return piece }
        held += piece
        if let at = firstStop() {
            hasStopped = true
            defer { held = [] }
            return Array(held[..<at])
        }
        let shown = held.count - longestOpenSuffix()
        defer { held.removeFirst(shown) }
        return Array(held[..<shown])
    }

    /// The text has ended: what was held back was no stop string after all.
    package mutating func finish() -> [UInt8] {
        defer { held = [] }
        return hasStopped ? [] : held
    }

    private func firstStop() -> Int? {
        for start in held.indices where stops.contains(where: { held[start...].starts(with: $0) }) { return start }
        return nil
    }

    /// Length of the longest end of the text that a stop string begins with.
    private func longestOpenSuffix() -> Int {
        let longest = (stops.map(\.count).max() ?? 1) - 1
        for count in stride(from: min(longest, held.count), to: 0, by: -1) {
            let suffix = held.suffix(count)
            if stops.contains(where: { $0.count > count && $0.starts(with: suffix) }) { return count }
        }
        return 0
    }
}
