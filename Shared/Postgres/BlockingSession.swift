// SPDX-License-Identifier: Apache-2.0

import CPostgres

/// A plain session that waits for each answer. For migrations only, on a thread of their own.
final class BlockingSession {
    private let session: OpaquePointer

    init(_ settings: DatabaseSettings) throws(MigrationFailure) {
        let parameters: ConnectionParameters
        do throws(DatabaseFailure) {
            parameters = try ConnectionParameters(settings, address: nil)
        } catch { throw .database(error.detail) }
        guard let session = parameters.withArrays({ PQconnectdbParams($0, $1, 0) }) else {
            throw .database("out of memory")
        }
        guard PQstatus(session) == CONNECTION_OK else {
            let reason = String(cString: PQerrorMessage(session))
            PQfinish(session)
            throw .database(reason)
        }
        self.session = session
        // CREATE … IF NOT EXISTS and the like chat; whatever fails comes as an error.
        PQsetNoticeReceiver(session, { _, _ in }, nil)
    }

    deinit { PQfinish(session) }

    var isInTransaction: Bool { PQtransactionStatus(session) == PQTRANS_INTRANS }

    /// Runs one statement or several and returns the last one's rows as text.
    @discardableResult
    func execute(_ sql: String) throws(MigrationFailure) -> [[String]] {
        try rows(of: PQexec(session, sql))
    }

    /// SHA-256, computed by the server, which has it at hand.
    func checksum(of content: [UInt8]) throws(MigrationFailure) -> String {
        let result = content.withUnsafeBytes { bytes in
            var value = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            var length = Int32(bytes.count)
            // An empty file has no address, and libpq would take none for NULL.
            let empty: StaticString = "\0"
            if value == nil {
                value = UnsafeRawPointer(empty.utf8Start).assumingMemoryBound(to: CChar.self)
                length = 0
            }
            var format: Int32 = 1
            return PQexecParams(
                session, "SELECT encode(sha256($1::bytea), 'hex')", 1, nil, &value, &length, &format, 0)
        }
        return try rows(of: result)[0][0]
    }

    private func rows(of result: OpaquePointer?) throws(MigrationFailure) -> [[String]] {
        guard let result else { throw .database(String(cString: PQerrorMessage(session))) }
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY else {
            // The whole sentence: it is read by the person who wrote the file, and holds no tenant's values.
            throw .database(String(cString: PQresultErrorMessage(result)))
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in String(cString: PQgetvalue(result, row, column)) }
        }
    }
}
