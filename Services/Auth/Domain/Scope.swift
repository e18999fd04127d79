// SPDX-License-Identifier: Apache-2.0

/// What a credential may do. The list is closed: a key with a misspelt scope would be a key that silently cannot work.
package enum Scope: String, CaseIterable, Sendable {
    case chatRead = "chat:read"
    case chatWrite = "chat:write"
    case chatDelete = "chat:delete"
    case modelList = "model:list"
    case modelGet = "model:get"
    case embeddingsWrite = "embeddings:write"
    case filesRead = "files:read"
    case filesWrite = "files:write"
    case filesDelete = "files:delete"
    case adminAll = "admin:*"

    /// What a key gets when its creator names nothing: all of the API, none of the administration.
    package static let forPrograms: [Scope] = [
        .chatRead, .chatWrite, .chatDelete, .modelList, .modelGet, .embeddingsWrite, .filesRead, .filesWrite,
        .filesDelete,
    ]
}

/// A member's part in an organisation (spec 09.50), and what it allows a signed-in person.
package enum Role: String, CaseIterable, Sendable {
    case owner, admin, member, guest

    package var scopes: [Scope] {
        switch self {
        case .owner, .admin: Scope.forPrograms + [.adminAll]
        case .member: Scope.forPrograms
        case .guest: [.chatRead, .modelList, .modelGet, .filesRead]
        }
    }
}
