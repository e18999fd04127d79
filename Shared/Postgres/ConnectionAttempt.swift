// SPDX-License-Identifier: Apache-2.0

import CPostgres
import CShims
import Primitives

/// A session on its way up: libpq's connect state machine, one step per readiness.
///
/// Belongs to the reactor's thread.
final class ConnectionAttempt {
    enum Progress {
        /// Watch this descriptor for this readiness. libpq may have changed the descriptor.
        case wait(descriptor: Int32, readiness: UInt32)
        case connected(OpaquePointer)
        case failed(String)
    }

    let deadline: MonotonicInstant
    private var session: OpaquePointer?

    init(_ parameters: ConnectionParameters, deadline: MonotonicInstant) {
        self.deadline = deadline
        session = parameters.withArrays { keys, values in PQconnectStartParams(keys, values, 0) }
    }

    deinit { if let session { PQfinish(session) } }

    /// The first step: libpq has opened the socket and waits for it to be writable.
    func begin() -> Progress {
        guard let session else { return .failed("out of memory") }
        guard PQstatus(session) != CONNECTION_BAD else { return .failed(reason(session)) }
        return .wait(descriptor: PQsocket(session), readiness: PARLEY_WRITABLE)
    }

    func advance() -> Progress {
        guard let session else { return .failed("out of memory") }
        switch PQconnectPoll(session) {
        case PGRES_POLLING_READING: return .wait(descriptor: PQsocket(session), readiness: PARLEY_READABLE)
        case PGRES_POLLING_WRITING: return .wait(descriptor: PQsocket(session), readiness: PARLEY_WRITABLE)
        case PGRES_POLLING_OK:
            self.session = nil
            return .connected(session)
        default: return .failed(reason(session))
        }
    }

    /// libpq's sentence: host, port, user and database, and what went wrong; no password.
    private func reason(_ session: OpaquePointer) -> String {
        guard let text = PQerrorMessage(session) else { return "no reason given" }
        return String(cString: text).split(separator: "\n").joined(separator: "; ")
    }
}
