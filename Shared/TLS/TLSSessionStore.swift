// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import CShims
import Synchronization

/// The sessions that a client's context may resume, the newest of each server it has reached, in memory only.
///
/// `@unchecked Sendable`: the sessions are owned here, and read and freed under the lock alone.
package final class TLSSessionStore: @unchecked Sendable {
    /// A server: whom it had to prove to be, and where it was. Replicas of one name do not share their tickets' keys.
    package struct Key: Hashable, Sendable {
        package var name: String
        package var address: String

        package init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    /// A few KiB each; several services of 256 replicas fit.
    private static let mostSessions = 1_024
    private let sessions = Mutex<[Key: Session]>([:])

    /// One SSL_SESSION, freed with the last reference to this.
    private final class Session: @unchecked Sendable {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { SSL_SESSION_free(pointer) }
    }

    package init() {}

    package var keys: [Key] { sessions.withLock { Array($0.keys) } }

    /// Takes the session over, in the place of an older one.
    package func keep(_ session: OpaquePointer, for key: Key) {
        let session = Session(session)
        sessions.withLock { sessions in
            if sessions.count >= Self.mostSessions, sessions[key] == nil {
                // Which of them is no matter: one full handshake more.
                sessions.remove(at: sessions.startIndex)
            }
            sessions[key] = session
        }
    }

    package func forget(_ key: Key) {
        sessions.withLock { _ = $0.removeValue(forKey: key) }
    }

    /// Has `ssl` offer what there is for `key`; false when there is nothing that may still be resumed at `now`
    /// (Unix time, seconds).
    func offer(to ssl: OpaquePointer, for key: Key, now: Int64) -> Bool {
        sessions.withLock { sessions in
            guard let session = sessions[key] else { return false }
            guard parley_tls_may_resume(session.pointer, now) == 1 else {
                sessions[key] = nil
                return false
            }
            return parley_tls_offer(ssl, session.pointer) == 1
        }
    }

    /// A copy of what is kept, for whoever frees it.
    package func copy(for key: Key) -> OpaquePointer? {
        sessions.withLock { sessions in sessions[key].flatMap { SSL_SESSION_dup($0.pointer) } }
    }
}
