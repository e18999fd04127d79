// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A request's object, read field by field. `null` counts as absent, as in OpenAI's API; fields nobody asks for are
/// left alone, so a newer client's extra ones do no harm.
package struct RequestFields: Sendable {
    package let object: JSONObject
    package let path: RequestPath

    package init(_ object: JSONObject, path: RequestPath = .root) {
        self.object = object
        self.path = path
    }

    /// Reads a whole body, which must be an object.
    package init(body: UnsafeRawBufferPointer) throws(RequestRefusal) {
        let value: JSONValue
        do { value = try JSONReader.read(body) } catch { throw .notJSON(error) }
        guard case .object(let object) = value else {
            throw RequestRefusal(
                "The body of your request must be a JSON object, not \(value.kind).", code: "invalid_type")
        }
        self.init(object)
    }

    package func value(_ name: String) -> JSONValue? {
        let value = object[name]
        return value == .null ? nil : value
    }

    package func string(_ name: String) throws(RequestRefusal) -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text): return text
        case .some(let other): throw .type(path[name], expected: "a string", got: other)
        }
    }

    package func requiredString(_ name: String) throws(RequestRefusal) -> String {
        guard let text = try string(name) else { throw .missing(path[name]) }
        guard !text.isEmpty else {
            throw RequestRefusal(
                "Invalid '\(path[name])': empty string. Expected a string with minimum length 1.",
                parameter: path[name].description, code: "empty_string")
        }
        return text
    }

    package func flag(_ name: String) throws(RequestRefusal) -> Bool? {
        switch value(name) {
        case nil: return nil
        case .bool(let flag): return flag
        case .some(let other): throw .type(path[name], expected: "a boolean", got: other)
        }
    }

    package func integer(_ name: String, in range: ClosedRange<Int64>) throws(RequestRefusal) -> Int64? {
        let integer: Int64
        switch value(name) {
        case nil: return nil
        case .integer(let exact): integer = exact
        // Some languages write every number with a fraction; 16.0 is what its sender means by 16.
        case .decimal(let decimal):
            guard let exact = Int64(exactly: decimal) else {
                throw .type(path[name], expected: "an integer", got: .decimal(decimal))
            }
            integer = exact
        case .some(let other): throw .type(path[name], expected: "an integer", got: other)
        }
        guard integer >= range.lowerBound else {
            throw outOfRange(name, "integer", "below minimum", ">= \(range.lowerBound)", "\(integer)")
        }
        guard integer <= range.upperBound else {
            throw outOfRange(name, "integer", "above maximum", "<= \(range.upperBound)", "\(integer)")
        }
        return integer
    }

    package func decimal(_ name: String, in range: ClosedRange<Double>) throws(RequestRefusal) -> Double? {
        let decimal: Double
        switch value(name) {
        case nil: return nil
        case .integer(let integer): decimal = Double(integer)
        case .decimal(let given): decimal = given
        case .some(let other): throw .type(path[name], expected: "a decimal", got: other)
        }
        guard decimal >= range.lowerBound else {
            throw outOfRange(name, "decimal", "below minimum", ">= \(Self.text(range.lowerBound))", Self.text(decimal))
        }
        guard decimal <= range.upperBound else {
            throw outOfRange(name, "decimal", "above maximum", "<= \(Self.text(range.upperBound))", Self.text(decimal))
        }
        return decimal
    }

    package func array(_ name: String) throws(RequestRefusal) -> [JSONValue]? {
        switch value(name) {
        case nil: return nil
        case .array(let items): return items
        case .some(let other): throw .type(path[name], expected: "an array", got: other)
        }
    }

    package func fields(_ name: String) throws(RequestRefusal) -> RequestFields? {
        switch value(name) {
        case nil: return nil
        case .object(let object): return RequestFields(object, path: path[name])
        case .some(let other): throw .type(path[name], expected: "an object", got: other)
        }
    }

    package func tooLong(_ name: String, maximum: Int, got: Int) -> RequestRefusal {
        RequestRefusal(
            "Invalid '\(path[name])': array too long. Expected an array with maximum length \(maximum), but got an "
                + "array with length \(got) instead.", parameter: path[name].description,
            code: "array_above_max_length")
    }

    package func emptyArray(_ name: String) -> RequestRefusal {
        RequestRefusal(
            "Invalid '\(path[name])': empty array. Expected an array with minimum length 1, but got an empty array "
                + "instead.", parameter: path[name].description, code: "empty_array")
    }

    private func outOfRange(
        _ name: String, _ kind: String, _ what: String, _ bound: String, _ got: String
    ) -> RequestRefusal {
        let side = what.hasPrefix("below") ? "below_min_value" : "above_max_value"
        return RequestRefusal(
            "Invalid '\(path[name])': \(kind) \(what) value. Expected a value \(bound), but got \(got) instead.",
            parameter: path[name].description, code: "\(kind)_\(side)")
    }

    /// 2 and not 2.0, as people write it.
    private static func text(_ value: Double) -> String {
        Int64(exactly: value).map(\.description) ?? value.description
    }
}
