// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import CShims

/// What all connections of one kind share: version, certificate, trust, protocols. TLS 1.3 and nothing older.
///
/// Peers resume their sessions (RFC 8446, section 2.2): the certificate that tells callers apart is in the session, and
/// so in the ticket, which only the context that made it can open. Another context takes no ticket of this one.
///
/// `@unchecked Sendable`: the SSL_CTX is set up in the initialiser and only read afterwards, which OpenSSL allows from
/// any thread; its reference count is atomic, and it keeps no sessions.
package final class TLSContext: @unchecked Sendable {
    /// Which end of connections this context is for, and whom it asks for a certificate.
    package enum Role: Sendable {
        /// Every client must show a certificate of our authority: the internal ports.
        case serverOfPeers
        /// Clients show none: the public edge.
        case publicServer
        case client
    }

    let pointer: OpaquePointer
    package let role: Role
    /// Protocols in ALPN's wire form, behind their length; referred to by the SSL_CTX.
    private let protocols: UnsafeMutablePointer<UInt32>?
    /// What clients that show who they are may resume; nil for all others.
    package let sessions: TLSSessionStore?

    /// How long after a full handshake its session may be resumed, at both ends. As long as trust in a certificate is
    /// taken from an earlier look at it; resuming does not make it longer.
    package static let sessionLifetime: Duration = .seconds(3_600)
    /// AES-128-GCM first: the cheapest on every processor of the last ten years, and 128 bits are enough.
    private static let cipherSuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    /// For servers. `applicationProtocols` in our order of preference; a client that offers none of them is refused,
    /// one that offers nothing is not.
    package static func server(
        identity: TLSIdentity, requiresClientCertificate: Bool = true, applicationProtocols: [String] = []
    ) throws(TLSFailure) -> TLSContext {
        try TLSContext(
            role: requiresClientCertificate ? .serverOfPeers : .publicServer, certificateFile: identity.certificateFile,
            keyFile: identity.keyFile, authorityFile: requiresClientCertificate ? identity.authorityFile : nil,
            applicationProtocols: applicationProtocols)
    }

    /// For clients that show who they are.
    package static func client(
        identity: TLSIdentity, applicationProtocols: [String] = []
    ) throws(TLSFailure) -> TLSContext {
        try TLSContext(
            role: .client, certificateFile: identity.certificateFile, keyFile: identity.keyFile,
            authorityFile: identity.authorityFile, applicationProtocols: applicationProtocols)
    }

    /// For clients without a certificate, such as one of a Redis that asks for a password instead.
    package static func client(
        authorityFile: String, applicationProtocols: [String] = []
    ) throws(TLSFailure) -> TLSContext {
        try TLSContext(
            role: .client, certificateFile: nil, keyFile: nil, authorityFile: authorityFile,
            applicationProtocols: applicationProtocols)
    }

    private init(
        role: Role, certificateFile: String?, keyFile: String?, authorityFile: String?, applicationProtocols: [String]
    ) throws(TLSFailure) {
        ERR_clear_error()
        guard let made = SSL_CTX_new(role == .client ? TLS_client_method() : TLS_server_method()) else {
            throw .fromOpenSSL(.configuration, "no context")
        }
        pointer = made
        self.role = role
        protocols = Self.wireForm(applicationProtocols)
        sessions = role == .client && certificateFile != nil ? TLSSessionStore() : nil
        parley_tls_set_defaults(made)
        // From here on a throw runs `deinit`, which frees what there is.
        guard parley_tls_set_minimum_13(made) == 1, SSL_CTX_set_ciphersuites(made, Self.cipherSuites) == 1 else {
            throw .fromOpenSSL(.configuration, "TLS 1.3 is not available")
        }
        SSL_CTX_set_num_tickets(made, 0)
        let lifetime = Int(Self.sessionLifetime.components.seconds)
        if role == .serverOfPeers, parley_tls_give_tickets(made, lifetime) != 1 {
            throw .fromOpenSSL(.configuration, "cannot give tickets")
        }
        if sessions != nil, parley_tls_keep_sessions(made, lifetime) != 1 {
            throw .fromOpenSSL(.configuration, "cannot keep sessions")
        }
        if let certificateFile, SSL_CTX_use_certificate_chain_file(made, certificateFile) != 1 {
            throw .fromOpenSSL(.configuration, "cannot use the certificate \(certificateFile)")
        }
        if let keyFile {
            guard SSL_CTX_use_PrivateKey_file(made, keyFile, SSL_FILETYPE_PEM) == 1 else {
                throw .fromOpenSSL(.configuration, "cannot use the key \(keyFile)")
            }
            guard SSL_CTX_check_private_key(made) == 1 else {
                throw .fromOpenSSL(.configuration, "the key \(keyFile) is not the certificate's")
            }
        }
        if let authorityFile, SSL_CTX_load_verify_locations(made, authorityFile, nil) != 1 {
            throw .fromOpenSSL(.configuration, "cannot use the authority \(authorityFile)")
        }
        switch role {
        case .serverOfPeers: SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        case .publicServer: SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nil)
        case .client: SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nil)
        }
        guard let protocols else { return }
        if role == .client {
            let bytes = UnsafeRawPointer(protocols + 1).assumingMemoryBound(to: UInt8.self)
            // Returns 0 on success, unlike its neighbours.
            guard SSL_CTX_set_alpn_protos(made, bytes, protocols.pointee) == 0 else {
                throw .fromOpenSSL(.configuration, "cannot offer the application protocols")
            }
        } else {
            parley_tls_select_protocols(made, protocols)
        }
    }

    /// Seconds until our own certificate expires, below zero when it has; nil without one.
    package var secondsLeft: Int64? {
        var seconds: Int64 = 0
        return parley_tls_seconds_left(pointer, &seconds) == 0 ? seconds : nil
    }

    /// The DNS names of our own certificate: who we are to our peers.
    package var ownNames: [String] {
        SSL_CTX_get0_certificate(pointer).map { TLSSession.dnsNames(of: $0) } ?? []
    }

    deinit {
        SSL_CTX_free(pointer)
        protocols?.deallocate()
    }

    private static func wireForm(_ names: [String]) -> UnsafeMutablePointer<UInt32>? {
        guard !names.isEmpty else { return nil }
        let bytes = names.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8.prefix(255)) }
        let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: 1 + (bytes.count + 3) / 4)
        memory.pointee = UInt32(bytes.count)
        UnsafeMutableRawBufferPointer(start: memory + 1, count: bytes.count).copyBytes(from: bytes)
        return memory
    }
}
