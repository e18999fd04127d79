// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/auth/v1/auth.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension VerifyKeyRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__VerifyKeyRequest

    package static var messageName: String { "parley.auth.v1.VerifyKeyRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__verify_key_request() }
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
        self.keyHash = readBytes(c.pointee.key_hash)
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__verify_key_request__init(c)
        if !keyHash.isEmpty {
            c.pointee.has_key_hash = 1
            c.pointee.key_hash = arena.bytes(keyHash)
        }
    }
}

extension VerifyKeyReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__VerifyKeyReply

    package static var messageName: String { "parley.auth.v1.VerifyKeyReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__verify_key_reply() }
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
        self.keyID = try readIdentifier(c.pointee.has_key_id != 0, c.pointee.key_id, in: Self.self, "key_id")
        self.plan = try readText(c.pointee.plan, in: Self.self, "plan")
        self.scopes = try readTexts(c.pointee.n_scopes, c.pointee.scopes, in: Self.self, "scopes")
        self.cacheMs = c.pointee.cache_ms
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__verify_key_reply__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_project_id = 1
        c.pointee.project_id = arena.identifier(projectID)
        c.pointee.has_user_id = 1
        c.pointee.user_id = arena.identifier(userID)
        c.pointee.has_key_id = 1
        c.pointee.key_id = arena.identifier(keyID)
        if !plan.isEmpty {
            c.pointee.plan = arena.text(plan)
        }
        if !scopes.isEmpty {
            c.pointee.n_scopes = scopes.count
            c.pointee.scopes = arena.texts(scopes)
        }
        if cacheMs != 0 {
            c.pointee.has_cache_ms = 1
            c.pointee.cache_ms = cacheMs
        }
    }
}

extension LoginRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__LoginRequest

    package static var messageName: String { "parley.auth.v1.LoginRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__login_request() }
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
        self.email = try readText(c.pointee.email, in: Self.self, "email")
        self.password = try readText(c.pointee.password, in: Self.self, "password")
        self.clientAddress = try readText(c.pointee.client_address, in: Self.self, "client_address")
        self.userAgent = try readText(c.pointee.user_agent, in: Self.self, "user_agent")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__login_request__init(c)
        if !email.isEmpty {
            c.pointee.email = arena.text(email)
        }
        if !password.isEmpty {
            c.pointee.password = arena.text(password)
        }
        if !clientAddress.isEmpty {
            c.pointee.client_address = arena.text(clientAddress)
        }
        if !userAgent.isEmpty {
            c.pointee.user_agent = arena.text(userAgent)
        }
    }
}

extension LoginReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__LoginReply

    package static var messageName: String { "parley.auth.v1.LoginReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__login_reply() }
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
        self.accessToken = try readText(c.pointee.access_token, in: Self.self, "access_token")
        self.expiresInS = c.pointee.expires_in_s
        self.sessionID = try readIdentifier(c.pointee.has_session_id != 0, c.pointee.session_id, in: Self.self, "session_id")
        self.organisationID = try readIdentifier(c.pointee.has_organisation_id != 0, c.pointee.organisation_id, in: Self.self, "organisation_id")
        self.userID = try readIdentifier(c.pointee.has_user_id != 0, c.pointee.user_id, in: Self.self, "user_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__login_reply__init(c)
        if !accessToken.isEmpty {
            c.pointee.access_token = arena.text(accessToken)
        }
        if expiresInS != 0 {
            c.pointee.has_expires_in_s = 1
            c.pointee.expires_in_s = expiresInS
        }
        c.pointee.has_session_id = 1
        c.pointee.session_id = arena.identifier(sessionID)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_user_id = 1
        c.pointee.user_id = arena.identifier(userID)
    }
}

extension LogoutRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__LogoutRequest

    package static var messageName: String { "parley.auth.v1.LogoutRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__logout_request() }
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
        self.sessionID = try readIdentifier(c.pointee.has_session_id != 0, c.pointee.session_id, in: Self.self, "session_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__logout_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_session_id = 1
        c.pointee.session_id = arena.identifier(sessionID)
    }
}

extension LogoutReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__LogoutReply

    package static var messageName: String { "parley.auth.v1.LogoutReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__logout_reply() }
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
        parley__auth__v1__logout_reply__init(c)
    }
}

extension ListSigningKeysRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__ListSigningKeysRequest

    package static var messageName: String { "parley.auth.v1.ListSigningKeysRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__list_signing_keys_request() }
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
        parley__auth__v1__list_signing_keys_request__init(c)
    }
}

extension ListSigningKeysReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__ListSigningKeysReply

    package static var messageName: String { "parley.auth.v1.ListSigningKeysReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__list_signing_keys_reply() }
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
        self.jwksJSON = readBytes(c.pointee.jwks_json)
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__list_signing_keys_reply__init(c)
        if !jwksJSON.isEmpty {
            c.pointee.has_jwks_json = 1
            c.pointee.jwks_json = arena.bytes(jwksJSON)
        }
    }
}

extension TouchSessionRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__TouchSessionRequest

    package static var messageName: String { "parley.auth.v1.TouchSessionRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__touch_session_request() }
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
        self.sessionID = try readIdentifier(c.pointee.has_session_id != 0, c.pointee.session_id, in: Self.self, "session_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__auth__v1__touch_session_request__init(c)
        c.pointee.has_organisation_id = 1
        c.pointee.organisation_id = arena.identifier(organisationID)
        c.pointee.has_session_id = 1
        c.pointee.session_id = arena.identifier(sessionID)
    }
}

extension TouchSessionReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Auth__V1__TouchSessionReply

    package static var messageName: String { "parley.auth.v1.TouchSessionReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_auth__v1__touch_session_reply() }
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
        parley__auth__v1__touch_session_reply__init(c)
    }
}
