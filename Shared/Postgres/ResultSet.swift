// SPDX-License-Identifier: Apache-2.0

import CPostgres

/// Owns one PGresult.
///
/// Unchecked: libpq documents a PGresult as read-only once it was returned, so any number of threads may read it, and
/// this is the only thing that frees it.
final class ResultSet: @unchecked Sendable {
    private let result: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    init(owning result: OpaquePointer) {
        self.result = result
        rowCount = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
    }

    deinit { PQclear(result) }

    /// How many rows an INSERT, UPDATE, DELETE or SELECT touched; 0 for other commands.
    var affected: Int {
        guard let text = PQcmdTuples(result) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command's tag, such as `INSERT 0 1` or `COMMIT`.
    var tag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    /// The cell lives no longer than this result.
    func cell(row: Int, column: Int) -> Cell {
        let (row, column32) = (Int32(row), Int32(column))
        let type = ColumnType(rawValue: PQftype(result, column32))
        guard PQgetisnull(result, row, column32) == 0, let value = PQgetvalue(result, row, column32) else {
            return Cell(type: type, column: column, bytes: nil)
        }
        let bytes = UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(result, row, column32)))
        return Cell(type: type, column: column, bytes: bytes)
    }
}

extension DatabaseFailure {
    /// Reads an error result. Only what holds none of the caller's values is kept: the code, the names of what was
    /// involved, and the server's sentence where its class is known not to quote values.
    init(result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            // libpq's codes of fields are characters (PG_DIAG_…), macros that Swift does not import.
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        let state = field("C") ?? ""
        var detail = "SQLSTATE \(state.isEmpty ? "none" : state)"
        for (name, code) in [("constraint", "n"), ("table", "t"), ("column", "c")] as [(String, Character)] {
            if let value = field(code) { detail += ", \(name) \(value)" }
        }
        let quotesNoValues = ["08", "0A", "23", "25", "26", "40", "42", "53", "55", "57", "58", "P0"]
        if quotesNoValues.contains(String(state.prefix(2))), let message = field("M") { detail += ": \(message)" }
        self.init(Self.kind(of: state, constraint: field("n")), detail: detail)
    }

    private static func kind(of state: String, constraint: String?) -> Kind {
        switch state {
        case "40001", "40P01", "55P03": return .serialization
        case "57014": return .deadline  // Our own statement_timeout: nothing else of ours cancels.
        case "42501": return .permission
        case "22021", "22P05": return .invalidInput  // Not UTF-8, or a NUL.
        // The plan no longer fits a table that a migration changed; the next connection plans afresh.
        case "0A000": return .unavailable
        case "25006": return .unavailable  // A server that became a standby.
        default: break
        }
        switch state.prefix(2) {
        case "": return .unavailable  // libpq's own errors have no code: the connection broke.
        case "23": return .constraint(constraint ?? "")
        case "08", "53", "57", "58": return .unavailable
        case "42", "26", "34": return .syntax(state)
        default: return .other(state)
        }
    }
}
