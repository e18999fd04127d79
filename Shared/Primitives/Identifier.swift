// SPDX-License-Identifier: Apache-2.0

/// An id that the compiler will not let you mistake for another kind's.
package struct Identifier<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var uuid: UUIDv7
    package init(_ uuid: UUIDv7) { self.uuid = uuid }

    package init?(_ text: some StringProtocol) {
        guard let uuid = UUIDv7(text) else { return nil }
        self.uuid = uuid
    }

    package init?(bytes: some Collection<UInt8>) {
        guard let uuid = UUIDv7(bytes: bytes) else { return nil }
        self.uuid = uuid
    }

    package var bytes: [UInt8] { uuid.bytes }
    package var description: String { uuid.description }
    package static func < (a: Self, b: Self) -> Bool { a.uuid < b.uuid }
}

package enum OrganisationKind {}
package enum ProjectKind {}
package enum UserKind {}
package enum APIKeyKind {}
package enum SessionKind {}
package enum ConversationKind {}
package enum ItemKind {}
package enum TurnKind {}
package enum FileKind {}
package enum PassageKind {}

package typealias OrganisationID = Identifier<OrganisationKind>
package typealias ProjectID = Identifier<ProjectKind>
package typealias UserID = Identifier<UserKind>
package typealias APIKeyID = Identifier<APIKeyKind>
package typealias SessionID = Identifier<SessionKind>
package typealias ConversationID = Identifier<ConversationKind>
/// One entry of a conversation: a user's message, an answer, later a tool call or its result.
package typealias ItemID = Identifier<ItemKind>
package typealias TurnID = Identifier<TurnKind>
package typealias FileID = Identifier<FileKind>
package typealias PassageID = Identifier<PassageKind>

/// Makes ids. A protocol so that tests get the same ids every run.
package protocol IdentifierSource: Sendable {
    func next() -> UUIDv7
}

extension IdentifierSource {
    package func make<Kind>(_ kind: Identifier<Kind>.Type = Identifier<Kind>.self) -> Identifier<Kind> {
        Identifier(next())
    }
}

/// Ids from the system's clock and its random source.
package struct SystemIdentifiers: IdentifierSource {
    private let time: any TimeSource
    package init(time: any TimeSource = SystemTime()) { self.time = time }

    package func next() -> UUIDv7 {
        var random = SystemRandomNumberGenerator()
        return UUIDv7(at: time.timestamp(), random: &random)
    }
}
