// SPDX-License-Identifier: Apache-2.0

/// A statement's rows, all of them, in the order they came.
package struct Rows: RandomAccessCollection, Sendable {
    let result: ResultSet

    package var startIndex: Int { 0 }
    package var endIndex: Int { result.rowCount }
    package subscript(position: Int) -> Row {
        precondition(indices.contains(position), "there is no row \(position)")
        return Row(result: result, index: position)
    }

    /// How many rows an INSERT, UPDATE or DELETE touched.
    package var affected: Int { result.affected }
}

/// One row. It keeps its whole result in memory for as long as it lives.
package struct Row: Sendable {
    let result: ResultSet
    let index: Int

    /// Reads a column by its place in the statement, first is 0. Ask for an Optional where NULL may stand.
    package func get<Value: ColumnDecodable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(DatabaseFailure) -> Value {
        guard column >= 0, column < result.columnCount else {
            throw DatabaseFailure(.decoding, detail: "there is no column \(column)")
        }
        return try withExtendedLifetime(result) { () throws(DatabaseFailure) -> Value in
            try Value.decode(result.cell(row: index, column: column))
        }
    }
}
