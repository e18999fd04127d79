// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/admin.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension CreateOrganisationRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__CreateOrganisationRequest

    package static var messageName: String { "parley.auth.v1.CreateOrganisationRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__create_organisation_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.name = try readText(c.pointee.name, in: Self.self, "name")
        self.plan = try readText(c.pointee.plan, in: Self.self, "plan")
        self.ownerEmail = try readText(c.pointee.owner_email, in: Self.self, "owner_email")
        self.ownerPassword = try readTextIfPresent(c.pointee.owner_password, in: Self.self, "owner_password")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__create_organisation_request__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !plan.isEmpty {
            c.pointee.plan = arena.text(plan)
        }
        if !ownerEmail.isEmpty {
            c.pointee.owner_email = arena.text(ownerEmail)
        }
        if let ownerPassword {
            c.pointee.owner_password = arena.text(ownerPassword)
        }
    }
}

extension CreateOrganisationReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__CreateOrganisationReply

    package static var messageName: String { "parley.auth.v1.CreateOrganisationReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__create_organisation_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.projectID = try readIdentifier(c.pointee.has_project_id != 0, c.pointee.project_id, in: Self.self, "project_id")
        self.userID = try readIdentifier(c.pointee.has_user_id != 0, c.pointee.user_id, in: Self.self, "user_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__create_organisation_reply__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_project_id = 1
        c.pointee.project_id = arena.identifier(projectID)
        c.pointee.has_user_id = 1
        c.pointee.user_id = arena.identifier(userID)
    }
}

extension CreateKeyRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__CreateKeyRequest

    package static var messageName: String { "parley.auth.v1.CreateKeyRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__create_key_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.projectID = try readIdentifierIfPresent(c.pointee.has_project_id != 0, c.pointee.project_id, in: Self.self, "project_id")
        self.userID = try readIdentifierIfPresent(c.pointee.has_user_id != 0, c.pointee.user_id, in: Self.self, "user_id")
        self.name = try readText(c.pointee.name, in: Self.self, "name")
        self.scopes = try readTexts(c.pointee.n_scopes, c.pointee.scopes, in: Self.self, "scopes")
        self.expiresInDays = c.pointee.has_expires_in_days != 0 ? c.pointee.expires_in_days : nil
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__create_key_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if let projectID {
            c.pointee.has_project_id = 1
            c.pointee.project_id = arena.identifier(projectID)
        }
        if let userID {
            c.pointee.has_user_id = 1
            c.pointee.user_id = arena.identifier(userID)
        }
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !scopes.isEmpty {
            c.pointee.n_scopes = scopes.count
            c.pointee.scopes = arena.texts(scopes)
        }
        if let expiresInDays {
            c.pointee.has_expires_in_days = 1
            c.pointee.expires_in_days = expiresInDays
        }
    }
}

extension CreateKeyReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__CreateKeyReply

    package static var messageName: String { "parley.auth.v1.CreateKeyReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__create_key_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.keyID = try readIdentifier(c.pointee.has_key_id != 0, c.pointee.key_id, in: Self.self, "key_id")
        self.key = try readText(c.pointee.key, in: Self.self, "key")
        self.prefix = try readText(c.pointee.prefix, in: Self.self, "prefix")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__create_key_reply__init(c)
        c.pointee.has_key_id = 1
        c.pointee.key_id = arena.identifier(keyID)
        if !key.isEmpty {
            c.pointee.key = arena.text(key)
        }
        if !prefix.isEmpty {
            c.pointee.prefix = arena.text(prefix)
        }
    }
}

extension RevokeKeyRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__RevokeKeyRequest

    package static var messageName: String { "parley.auth.v1.RevokeKeyRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__revoke_key_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.keyID = try readIdentifier(c.pointee.has_key_id != 0, c.pointee.key_id, in: Self.self, "key_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__revoke_key_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_key_id = 1
        c.pointee.key_id = arena.identifier(keyID)
    }
}

extension RevokeKeyReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__RevokeKeyReply

    package static var messageName: String { "parley.auth.v1.RevokeKeyReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__revoke_key_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.changed = c.pointee.changed != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__revoke_key_reply__init(c)
        if changed {
            c.pointee.has_changed = 1
            c.pointee.changed = changed ? 1 : 0
        }
    }
}

extension ListKeysRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__ListKeysRequest

    package static var messageName: String { "parley.auth.v1.ListKeysRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__list_keys_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__list_keys_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
    }
}

extension ListKeysReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__ListKeysReply

    package static var messageName: String { "parley.auth.v1.ListKeysReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__list_keys_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.keys = try readMessages(c.pointee.n_keys, c.pointee.keys, in: Self.self, "keys")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__list_keys_reply__init(c)
        if !keys.isEmpty {
            c.pointee.n_keys = keys.count
            c.pointee.keys = arena.messages(keys)
        }
    }
}

extension KeyRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__KeyRow

    package static var messageName: String { "parley.auth.v1.KeyRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__key_row() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.keyID = try readIdentifier(c.pointee.has_key_id != 0, c.pointee.key_id, in: Self.self, "key_id")
        self.projectID = try readIdentifier(c.pointee.has_project_id != 0, c.pointee.project_id, in: Self.self, "project_id")
        self.userID = try readIdentifier(c.pointee.has_user_id != 0, c.pointee.user_id, in: Self.self, "user_id")
        self.name = try readText(c.pointee.name, in: Self.self, "name")
        self.prefix = try readText(c.pointee.prefix, in: Self.self, "prefix")
        self.scopes = try readTexts(c.pointee.n_scopes, c.pointee.scopes, in: Self.self, "scopes")
        self.createdAtUs = c.pointee.created_at_us
        self.expiresAtUs = c.pointee.has_expires_at_us != 0 ? c.pointee.expires_at_us : nil
        self.revokedAtUs = c.pointee.has_revoked_at_us != 0 ? c.pointee.revoked_at_us : nil
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__key_row__init(c)
        c.pointee.has_key_id = 1
        c.pointee.key_id = arena.identifier(keyID)
        c.pointee.has_project_id = 1
        c.pointee.project_id = arena.identifier(projectID)
        c.pointee.has_user_id = 1
        c.pointee.user_id = arena.identifier(userID)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !prefix.isEmpty {
            c.pointee.prefix = arena.text(prefix)
        }
        if !scopes.isEmpty {
            c.pointee.n_scopes = scopes.count
            c.pointee.scopes = arena.texts(scopes)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if let expiresAtUs {
            c.pointee.has_expires_at_us = 1
            c.pointee.expires_at_us = expiresAtUs
        }
        if let revokedAtUs {
            c.pointee.has_revoked_at_us = 1
            c.pointee.revoked_at_us = revokedAtUs
        }
    }
}

extension ListOrganisationsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__ListOrganisationsRequest

    package static var messageName: String { "parley.auth.v1.ListOrganisationsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__list_organisations_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.init()
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__list_organisations_request__init(c)
    }
}

extension ListOrganisationsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__ListOrganisationsReply

    package static var messageName: String { "parley.auth.v1.ListOrganisationsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__list_organisations_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.organisations = try readMessages(c.pointee.n_organisations, c.pointee.organisations, in: Self.self, "organisations")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__list_organisations_reply__init(c)
        if !organisations.isEmpty {
            c.pointee.n_organisations = organisations.count
            c.pointee.organisations = arena.messages(organisations)
        }
    }
}

extension OrganisationRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__OrganisationRow

    package static var messageName: String { "parley.auth.v1.OrganisationRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__organisation_row() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.name = try readText(c.pointee.name, in: Self.self, "name")
        self.plan = try readText(c.pointee.plan, in: Self.self, "plan")
        self.createdAtUs = c.pointee.created_at_us
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__organisation_row__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !plan.isEmpty {
            c.pointee.plan = arena.text(plan)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
    }
}

extension CreateUserRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__CreateUserRequest

    package static var messageName: String { "parley.auth.v1.CreateUserRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__create_user_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.email = try readText(c.pointee.email, in: Self.self, "email")
        self.role = try readText(c.pointee.role, in: Self.self, "role")
        self.password = try readTextIfPresent(c.pointee.password, in: Self.self, "password")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__create_user_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        if !email.isEmpty {
            c.pointee.email = arena.text(email)
        }
        if !role.isEmpty {
            c.pointee.role = arena.text(role)
        }
        if let password {
            c.pointee.password = arena.text(password)
        }
    }
}

extension CreateUserReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__CreateUserReply

    package static var messageName: String { "parley.auth.v1.CreateUserReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__create_user_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.userID = try readIdentifier(c.pointee.has_user_id != 0, c.pointee.user_id, in: Self.self, "user_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__create_user_reply__init(c)
        c.pointee.has_user_id = 1
        c.pointee.user_id = arena.identifier(userID)
    }
}
