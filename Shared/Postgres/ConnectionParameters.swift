// SPDX-License-Identifier: Apache-2.0

import CPostgres
import Glibc
import Primitives

/// The words libpq wants for one connection.
struct ConnectionParameters {
    private(set) var words: [(key: String, value: String)]

    /// - Parameter address: the address to use without asking the resolver, nil for a unix socket.
    init(_ settings: DatabaseSettings, address: String?) throws(DatabaseFailure) {
        words = [
            ("host", settings.host), ("port", String(settings.port)), ("dbname", settings.database),
            ("user", settings.user), ("application_name", settings.applicationName), ("client_encoding", "UTF8"),
            // Kerberos costs a round trip to find out that nobody uses it.
            ("gssencmode", "disable"),
            // A peer whose machine died says nothing. Three probes and what was sent but never acknowledged both
            // give up within about ten seconds.
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"),
            // The server stops a statement whose client is gone instead of working for nobody, and frees the locks
            // of a transaction whose client hangs.
            (
                "options",
                "-c client_connection_check_interval=2000 -c idle_in_transaction_session_timeout=60000 "
                    + "-c timezone=UTC"
            ),
        ]
        if let address { words.append(("hostaddr", address)) }
        switch settings.encryption {
        case .off: words.append(("sslmode", "disable"))
        case .unverified: words.append(("sslmode", "require"))
        case .verified(let authority):
            words += [("sslmode", "verify-full"), ("sslrootcert", authority), ("ssl_min_protocol_version", "TLSv1.3")]
        }
        if let file = settings.certificateFile { words.append(("sslcert", file)) }
        if let file = settings.keyFile { words.append(("sslkey", file)) }
        if let file = settings.passwordFile {
            // Read on the reactor like libpq's own certificate files: a local file of a few bytes.
            guard let password = PasswordFile.read(file) else {
                throw DatabaseFailure(.unavailable, detail: "the password file \(file) cannot be read or is empty")
            }
            words.append(("password", password))
        }
    }

    /// Calls `body` with the two null-terminated arrays of C strings that libpq's connect functions take.
    func withArrays<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<UnsafePointer<CChar>?>?) -> R
    ) -> R {
        let keys = words.map { strdup($0.key) }
        let values = words.map { strdup($0.value) }
        defer {
            for pointer in keys { free(pointer) }
            for pointer in values {
                // One of them is the password.
                if let pointer { explicit_bzero(pointer, strlen(pointer)) }
                free(pointer)
            }
        }
        let keyArray = keys.map { UnsafePointer($0) } + [nil]
        let valueArray = values.map { UnsafePointer($0) } + [nil]
        return keyArray.withUnsafeBufferPointer { keys in
            valueArray.withUnsafeBufferPointer { values in body(keys.baseAddress, values.baseAddress) }
        }
    }
}
