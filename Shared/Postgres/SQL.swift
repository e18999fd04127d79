// SPDX-License-Identifier: Apache-2.0

/// One statement. What is interpolated is bound as a parameter and never becomes text of the statement:
///
///     let sql: SQL = "SELECT name FROM auth.users WHERE id = \(user) AND state = \(state)"
///
/// The server infers a `String`'s type from where it stands, so texts fit enum and date columns; write a cast
/// (`\(count)::integer`) where a number's own type, bigint, does not fit.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    package let text: String
    let parameters: Parameters

    package init(stringLiteral text: String) {
        self.text = text
        parameters = Parameters()
    }

    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var parameters = Parameters()

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 3)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        package mutating func appendInterpolation(_ value: some ColumnEncodable) {
            value.bind(to: &parameters)
            appendPlaceholder()
        }

        package mutating func appendInterpolation<Value: ColumnEncodable>(_ value: Value?) {
            if let value { value.bind(to: &parameters) } else { parameters.appendNull(Value.columnType) }
            appendPlaceholder()
        }

        package mutating func appendInterpolation(_ array: [some ArrayElementEncodable]) {
            parameters.append(array: array)
            appendPlaceholder()
        }

        /// Bytes as bytea.
        package mutating func appendInterpolation(_ bytes: [UInt8]) {
            parameters.append(.bytea) { $0 += bytes }
            appendPlaceholder()
        }

        package mutating func appendInterpolation(_ bytes: [UInt8]?) {
            if let bytes { return appendInterpolation(bytes) }
            parameters.appendNull(.bytea)
            appendPlaceholder()
        }

        /// JSON text as jsonb. Postgres checks it.
        package mutating func appendInterpolation(json bytes: [UInt8]) {
            parameters.append(.jsonb) { out in
                out.append(1)  // The version of jsonb's binary form; there is only this one.
                out += bytes
            }
            appendPlaceholder()
        }

        package mutating func appendInterpolation(json bytes: [UInt8]?) {
            if let bytes { return appendInterpolation(json: bytes) }
            parameters.appendNull(.jsonb)
            appendPlaceholder()
        }

        /// Part of the statement itself, such as a list of columns that several statements share. A `StaticString`,
        /// so that nothing that came from outside can be passed here.
        package mutating func appendInterpolation(verbatim text: StaticString) { self.text += "\(text)" }

        private mutating func appendPlaceholder() {
            text += "$"
            text += String(parameters.count)
        }
    }
}

extension SQL {
    /// What a prepared statement is remembered by: the same text with other types is another statement.
    struct Key: Hashable {
        var text: String
        var types: [UInt32]
    }

    var key: Key { Key(text: text, types: parameters.entries.map(\.type.rawValue)) }

    /// Why the statement must not be sent at all, or nil.
    var refusal: DatabaseFailure? {
        if parameters.containsNUL {
            return DatabaseFailure(.invalidInput, detail: "a text parameter contains a NUL")
        }
        if text.utf8.contains(0) { return DatabaseFailure(.invalidInput, detail: "the statement contains a NUL") }
        if parameters.count > Parameters.longestList {
            return DatabaseFailure(.invalidInput, detail: "\(parameters.count) parameters are too many")
        }
        if parameters.bytes.count > Parameters.mostBytes {
            return DatabaseFailure(.invalidInput, detail: "\(parameters.bytes.count) bytes of parameters are too many")
        }
        return nil
    }
}
