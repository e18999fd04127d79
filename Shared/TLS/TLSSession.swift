// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import CShims
import Glibc
import NIOCore

/// One SSL and the memory it reads from and writes to: bytes in, bytes out, no channel.
///
/// Not Sendable: belongs to the handler that made it.
final class TLSSession {
    /// What a call to OpenSSL has led to.
    enum Outcome {
        case done, needsInput, closedByPeer
        case failed(TLSFailure)
    }

    private let ssl: OpaquePointer
    private let io: UnsafeMutablePointer<parley_tls_io>
    // The SSL refers to memory of its context.
    private let context: TLSContext
    /// Whom a client means to reach.
    private let expected: String?
    /// Under what a client keeps the session.
    private var key: TLSSessionStore.Key?

    /// `name`: whom a client means to reach, checked against the certificate's subjectAltName and nothing else.
    init(_ context: TLSContext, expecting name: String?) throws(TLSFailure) {
        ERR_clear_error()
        guard let ssl = SSL_new(context.pointer), let io = parley_tls_io_attach(ssl) else {
            throw .fromOpenSSL(.configuration, "no session")
        }
        self.ssl = ssl
        self.io = io
        self.context = context
        expected = name
        guard context.role == .client else {
            SSL_set_accept_state(ssl)
            return
        }
        SSL_set_connect_state(ssl)
        guard let name, !name.isEmpty else { throw TLSFailure(.configuration, "no name of the server to expect") }
        SSL_set_hostflags(
            ssl, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT) | UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        // An address is looked for among the certificate's addresses, and has no place in the server name extension.
        if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1 { return }
        ERR_clear_error()
        guard SSL_set1_host(ssl, name) == 1, parley_tls_set_server_name(ssl, name) == 1 else {
            throw .fromOpenSSL(.configuration, "cannot expect the server \(name)")
        }
    }

    deinit { SSL_free(ssl) }

    // MARK: Input

    /// Lends `bytes` to OpenSSL while `body` runs.
    func withInput<R>(_ bytes: ByteBuffer, _ body: () -> R) -> R {
        bytes.withUnsafeReadableBytes { memory in
            io.pointee.input = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
            io.pointee.input_count = memory.count
            io.pointee.input_position = 0
            defer {
                io.pointee.input = nil
                io.pointee.input_count = 0
                io.pointee.input_position = 0
            }
            return body()
        }
    }

    /// Offers the session of an earlier connection to the same server, if there is one. Before the first `handshake`.
    func resume(at address: String) {
        guard let store = context.sessions, let expected else { return }
        let key = TLSSessionStore.Key(name: expected, address: address)
        self.key = key
        ERR_clear_error()
        _ = store.offer(to: ssl, for: key, now: Int64(time(nil)))
    }

    var isResumed: Bool { SSL_session_reused(ssl) == 1 }

    func handshake() -> Outcome {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            guard isResumed, let expected, parley_tls_peer_is_expected(ssl, expected) != 1 else { return .done }
            // The store would have to be wrong; who is at the other end is worth looking at twice.
            forget()
            return .failed(TLSFailure(.handshake, "the resumed session is not of \(expected), or is over"))
        }
        let outcome = outcome(result, .handshake)
        // Whatever it was, the next connection does not begin with it.
        if case .failed = outcome { forget() }
        return outcome
    }

    private func forget() {
        if let key { context.sessions?.forget(key) }
    }

    /// Keeps the session of a ticket that has come.
    private func keepSession() {
        guard let key, let store = context.sessions, let session = parley_tls_take_session(ssl) else { return }
        store.keep(session, for: key)
    }

    /// Decrypts all there is to the end of `plain`.
    func read(into plain: inout ByteBuffer) -> Outcome {
        while true {
            var result: Int32 = 0
            let room = max(512, Int(SSL_pending(ssl)))
            plain.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { memory in
                var count = 0
                ERR_clear_error()
                result = SSL_read_ex(ssl, memory.baseAddress, memory.count, &count)
                return result == 1 ? count : 0
            }
            if result != 1 {
                let outcome = outcome(result, .record)
                keepSession()
                return outcome
            }
        }
    }

    private func outcome(_ result: Int32, _ kind: TLSFailure.Kind) -> Outcome {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
        case SSL_ERROR_ZERO_RETURN: return .closedByPeer
        default:
            let verdict = SSL_get_verify_result(ssl)
            let why = verdict == 0 ? "" : " (" + String(cString: X509_verify_cert_error_string(verdict)) + ")"
            return .failed(.fromOpenSSL(kind, "refused\(why)"))
        }
    }

    // MARK: Output

    /// Encrypts all of `plain` to the end of `cipher`, with as few records as it takes.
    func write(_ plain: ByteBuffer, into cipher: inout ByteBuffer) -> Outcome {
        let count = plain.readableBytes
        guard count > 0 else { return .done }
        // Each record holds at most 16 KiB and costs 22 octets in TLS 1.3; room for one more, in case a key update
        // goes before.
        let room = count + (count >> 14 + 2) * 40
        var result: Int32 = 0
        cipher.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { memory in
            io.pointee.output = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
            io.pointee.output_capacity = memory.count
            io.pointee.output_count = 0
            plain.withUnsafeReadableBytes { bytes in
                var written = 0
                ERR_clear_error()
                result = SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &written)
            }
            defer {
                io.pointee.output = nil
                io.pointee.output_capacity = 0
                io.pointee.output_count = 0
            }
            return io.pointee.output_count
        }
        takeSpill(into: &cipher)
        return result == 1 ? .done : outcome(result, .record)
    }

    /// Writes our close_notify, or the alert that belongs to a failure.
    func shutdown(into cipher: inout ByteBuffer) {
        ERR_clear_error()
        SSL_shutdown(ssl)
        takeSpill(into: &cipher)
        ERR_clear_error()
    }

    var hasSpill: Bool { io.pointee.spill_count > 0 }

    /// Moves what OpenSSL wrote of its own accord (handshake, key updates, alerts).
    func takeSpill(into cipher: inout ByteBuffer) {
        guard io.pointee.spill_count > 0 else { return }
        cipher.writeBytes(UnsafeRawBufferPointer(start: io.pointee.spill, count: io.pointee.spill_count))
        parley_tls_io_spill_sent(io)
    }

    // MARK: The peer

    /// The DNS names of the peer's certificate; empty when it showed none.
    var peerNames: [String] {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return [] }
        defer { X509_free(certificate) }
        return Self.dnsNames(of: certificate)
    }

    static func dnsNames(of certificate: OpaquePointer) -> [String] {
        var names = [CChar](repeating: 0, count: 4_096)
        let used = parley_tls_dns_names(certificate, &names, Int32(names.count))
        guard used > 0 else { return [] }
        return names[..<Int(used)].split(separator: 0).compactMap { name in
            String(validating: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// The protocol agreed by ALPN.
    var applicationProtocol: String? {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &bytes, &count)
        guard let bytes, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }
}
