// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Why a request is not one we can serve: what OpenAI's error object says of it, status 400.
///
/// Messages and codes follow OpenAI's own wording, because people search for them and programs compare the codes.
/// They may repeat a short value of the request (a role, a number), never a message's text.
package struct RequestRefusal: Error, Hashable, Sendable {
    package var message: String
    /// The parameter at fault, as `messages[0].content`.
    package var parameter: String?
    package var code: String

    package init(_ message: String, parameter: String? = nil, code: String) {
        self.message = message
        self.parameter = parameter
        self.code = code
    }

    package static func notJSON(_ failure: JSONFailure) -> RequestRefusal {
        RequestRefusal(
            "The body of your request is not JSON we can read: \(failure.reason.rawValue) (byte \(failure.offset)).",
            code: "invalid_json")
    }

    package static func missing(_ path: RequestPath) -> RequestRefusal {
        RequestRefusal(
            "Missing required parameter: '\(path)'.", parameter: path.description, code: "missing_required_parameter")
    }

    package static func type(_ path: RequestPath, expected: String, got: JSONValue) -> RequestRefusal {
        RequestRefusal(
            "Invalid type for '\(path)': expected \(expected), but got \(got.kind) instead.",
            parameter: path.description, code: "invalid_type")
    }

    package static func value(_ path: RequestPath, _ value: String, supported: [String]) -> RequestRefusal {
        let list = supported.map { "'\($0)'" }.joined(separator: ", ")
        return RequestRefusal(
            "Invalid value: '\(value.prefix(longestEcho))'. Supported values are: \(list).",
            parameter: path.description, code: "invalid_value")
    }

    package static func unsupported(_ path: RequestPath, _ why: String) -> RequestRefusal {
        RequestRefusal(
            "Unsupported parameter: '\(path)' \(why)", parameter: path.description, code: "unsupported_parameter")
    }

    /// No more of a wrong value than this is repeated to its sender.
    private static let longestEcho = 64
}

/// Where in a request a value stands. Text is made only when an error needs it.
package indirect enum RequestPath: CustomStringConvertible, Sendable {
    case root
    case member(RequestPath, String)
    case item(RequestPath, Int)

    package var description: String {
        switch self {
        case .root: ""
        case .member(.root, let name): name
        case .member(let parent, let name): "\(parent).\(name)"
        case .item(let parent, let index): "\(parent)[\(index)]"
        }
    }

    package subscript(name: String) -> RequestPath { .member(self, name) }
    package subscript(index: Int) -> RequestPath { .item(self, index) }
}
