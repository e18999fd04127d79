// SPDX-License-Identifier: Apache-2.0

/// A password or key, read from a file named by a setting.
///
/// It never prints: not by `print`, not by interpolation, not in a mirror, so that no log line or crash report can
/// carry it by accident. `reveal()` is the one way to the text and easy to search for.
package struct Secret: Sendable {
    private let text: String
    package init(_ text: String) { self.text = text }

    /// The text itself, for the one call that needs it.
    package func reveal() -> String { text }
    package var isEmpty: Bool { text.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
