// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// How ids look outside: OpenAI's prefix and our id's 32 hex digits, such as `conv_0190c4…`.
///
/// A plain UUID is read as well, because our own tools and logs print ids that way.
package struct PublicID<Kind>: Sendable {
    package let prefix: String
    private init(_ prefix: String) { self.prefix = prefix }

    package func text(_ id: Identifier<Kind>) -> String { prefix + Hex.encode(id.bytes) }

    package func read(_ text: some StringProtocol) -> Identifier<Kind>? {
        if text.hasPrefix(prefix) {
            guard let bytes = Hex.decode(text.dropFirst(prefix.count)) else { return nil }
            return Identifier(bytes: bytes)
        }
        return Identifier(text)
    }
}

extension PublicID where Kind == TurnKind {
    package static var completion: PublicID { PublicID("chatcmpl-") }
}
extension PublicID where Kind == ConversationKind {
    package static var conversation: PublicID { PublicID("conv_") }
}
extension PublicID where Kind == ItemKind {
    package static var item: PublicID { PublicID("msg_") }
}
extension PublicID where Kind == FileKind {
    package static var file: PublicID { PublicID("file-") }
}
extension PublicID where Kind == PassageKind {
    package static var passage: PublicID { PublicID("passage_") }
}
