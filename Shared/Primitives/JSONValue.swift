// SPDX-License-Identifier: Apache-2.0

/// A JSON document that came from outside, as a value.
///
/// Our own tree and not Codable for three reasons: an error can name the parameter as OpenAI's does, depth and size
/// are bounded while reading, and unknown fields cost nothing but their bytes.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits.
    case integer(Int64)
    case decimal(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The kind as error messages name it.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .decimal: "a decimal"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The members of a JSON object in the order they came. A name that stands twice means its last value, as in Python
/// and JavaScript.
package struct JSONObject: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package var members: [Member]
    package init(_ members: [Member] = []) { self.members = members }

    package subscript(name: String) -> JSONValue? {
        members.last { $0.name == name }?.value
    }
}

/// Why bytes are not a JSON document we read.
package struct JSONFailure: Error, Hashable, Sendable {
    package enum Reason: String, Sendable {
        case expectedValue = "expected a value"
        case unexpectedEnd = "it ends too early"
        case trailingBytes = "there is something after the document"
        case badNumber = "a number is malformed"
        case badEscape = "an escape sequence is malformed"
        case controlCharacter = "a control character stands unescaped in a string"
        case nulCharacter = "U+0000 is not allowed in text"
        case invalidText = "a string is not valid UTF-8"
        case expectedColon = "expected a colon"
        case expectedName = "expected a member's name"
        case expectedCommaOrEnd = "expected a comma or the end of the list"
        case tooDeep = "it is nested too deeply"
        case tooMany = "it holds too many values"
    }

    package var reason: Reason
    /// The byte at which the reader stopped.
    package var offset: Int
}
