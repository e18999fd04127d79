// SPDX-License-Identifier: Apache-2.0

/// Where a process runs: a building, a rack, a cloud's availability zone. Peers of one zone are near each other; the
/// name means nothing else.
package struct Zone: Hashable, Sendable, CustomStringConvertible {
    /// Octets of UTF-8 that a preface has room for.
    package static let largest = 32
    /// Said by nobody: no zone is near it, and nothing is preferred.
    package static let unknown = Zone(text: "")

    private let text: String
    package var description: String { text }
    package var isKnown: Bool { !text.isEmpty }

    private init(text: String) { self.text = text }

    /// nil for a name that is too long or holds a control character: it is shown in logs.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.largest, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        self.text = text
    }
}
