// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A JSON schema (draft 2020-12, what answers are asked to keep), and whether a document keeps it.
///
/// A grammar makes the model write what it can express of a schema; this looks at the finished document with all of the
/// keywords below. `pattern` and `format` are not looked at: a pattern from outside can take for ever to match, and
/// what of it the grammar takes over has been kept already.
package struct JSONSchema: Hashable, Sendable {
    /// Keywords whose breach a document shows, and that no grammar holds: a schema that is to be kept strictly must do
    /// without them.
    package static let beyondGrammar: Set<String> = [
        "multipleOf", "uniqueItems", "not", "if", "then", "else", "patternProperties", "propertyNames", "contains",
        "dependentRequired", "dependentSchemas", "minProperties", "maxProperties", "unevaluatedProperties",
        "unevaluatedItems",
    ]
    /// Schemas that refer to each other can double the work at every level.
    private static let maxSteps = 200_000

    package let root: JSONValue
    package init(_ root: JSONValue) { self.root = root }

    /// Any JSON object, as `json_object` asks for.
    package static let anyObject = JSONSchema(
        .object(JSONObject([.init(name: "type", value: .string("object"))])))

    /// The first keyword in the schema that a grammar cannot hold; nil when there is none.
    package var firstBeyondGrammar: String? { Self.firstBeyondGrammar(in: root, isMap: false) }

    /// - Parameter isMap: the members are names of the client's, not keywords.
    private static func firstBeyondGrammar(in value: JSONValue, isMap: Bool) -> String? {
        switch value {
        case .object(let object):
            for member in object.members {
                if !isMap, beyondGrammar.contains(member.name) { return member.name }
                if !isMap, member.name == "const" || member.name == "enum" { continue }
                let inner = ["properties", "$defs", "definitions"].contains(member.name) && !isMap
                if let found = firstBeyondGrammar(in: member.value, isMap: inner) { return found }
            }
            return nil
        case .array(let items):
            for item in items { if let found = firstBeyondGrammar(in: item, isMap: false) { return found } }
            return nil
        default: return nil
        }
    }

    /// Where and why a document breaks the schema; nil when it keeps it.
    package func violation(ofDocument text: [UInt8]) -> String? {
        let value: JSONValue
        do throws(JSONFailure) {
            value = try JSONReader.read(text)
        } catch {
            return "$: not a JSON document: \(error.reason.rawValue)"
        }
        var check = SchemaCheck(root: root, stepsLeft: Self.maxSteps)
        return check.violation(of: value, against: root, at: "$", depth: 0)
    }
}

/// One walk through a document beside its schema.
struct SchemaCheck {
    /// Deeper than any document is read; a reference that leads back to itself ends here.
    static let maxDepth = 128

    let root: JSONValue
    var stepsLeft: Int

    mutating func violation(of value: JSONValue, against schema: JSONValue, at path: String, depth: Int) -> String? {
        stepsLeft -= 1
        guard stepsLeft > 0, depth < Self.maxDepth else { return "\(path): the schema is too costly to check" }
        if schema == .bool(false) { return "\(path): nothing is allowed here" }
        guard case .object(let rules) = schema else { return nil }
        if case .string(let reference) = rules["$ref"] {
            guard let target = resolve(reference) else { return "\(path): unknown reference" }
            if let found = violation(of: value, against: target, at: path, depth: depth + 1) { return found }
        }
        if let found = typeViolation(value, rules, path) { return found }
        if let found = combined(value, rules, path, depth) { return found }
        switch value {
        case .integer(let number): return numberViolation(Double(number), rules, path)
        case .decimal(let number): return numberViolation(number, rules, path)
        case .string(let text):
            return countViolation(text.unicodeScalars.count, rules, "minLength", "maxLength", path)
        case .array(let items): return arrayViolation(items, rules, path, depth)
        case .object(let object): return objectViolation(object, rules, path, depth)
        case .null, .bool: return nil
        }
    }

    // MARK: Any value

    private func typeViolation(_ value: JSONValue, _ rules: JSONObject, _ path: String) -> String? {
        let wanted: [JSONValue]
        switch rules["type"] {
        case .array(let types): wanted = types
        case .some(let type): wanted = [type]
        case nil: wanted = []
        }
        if !wanted.isEmpty, !wanted.contains(where: { Self.isOfType(value, $0) }) {
            return "\(path): \(value.kind) has the wrong type"
        }
        if let constant = rules["const"], !Self.areEqual(value, constant) { return "\(path): not the constant" }
        if case .array(let values) = rules["enum"], !values.contains(where: { Self.areEqual(value, $0) }) {
            return "\(path): not one of the values"
        }
        return nil
    }

    private static func isOfType(_ value: JSONValue, _ type: JSONValue) -> Bool {
        switch (value, type) {
        case (.null, .string("null")), (.bool, .string("boolean")), (.string, .string("string")),
            (.array, .string("array")), (.object, .string("object")), (.integer, .string("integer")),
            (.integer, .string("number")), (.decimal, .string("number")):
            true
        case (.decimal(let number), .string("integer")): number.rounded() == number
        default: false
        }
    }

    /// 1 and 1.0 are one number; members may stand in any order.
    private static func areEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
        switch (a, b) {
        case (.integer(let x), .decimal(let y)), (.decimal(let y), .integer(let x)): Double(x) == y
        case (.array(let x), .array(let y)): x.count == y.count && zip(x, y).allSatisfy(areEqual)
        case (.object(let x), .object(let y)):
            x.members.count == y.members.count
                && x.members.allSatisfy { member in y[member.name].map { areEqual(member.value, $0) } ?? false }
        default: a == b
        }
    }

    private mutating func combined(_ value: JSONValue, _ rules: JSONObject, _ path: String, _ depth: Int) -> String? {
        if case .array(let all) = rules["allOf"] {
            for schema in all {
                if let found = violation(of: value, against: schema, at: path, depth: depth + 1) { return found }
            }
        }
        if case .array(let any) = rules["anyOf"], keeps(value, any, path, depth) == 0 {
            return "\(path): keeps none of anyOf"
        }
        if case .array(let one) = rules["oneOf"], keeps(value, one, path, depth) != 1 {
            return "\(path): does not keep exactly one of oneOf"
        }
        if let not = rules["not"], violation(of: value, against: not, at: path, depth: depth + 1) == nil {
            return "\(path): keeps what it must not"
        }
        if let condition = rules["if"] {
            let holds = violation(of: value, against: condition, at: path, depth: depth + 1) == nil
            if let branch = rules[holds ? "then" : "else"] {
                return violation(of: value, against: branch, at: path, depth: depth + 1)
            }
        }
        return nil
    }

    private mutating func keeps(_ value: JSONValue, _ schemas: [JSONValue], _ path: String, _ depth: Int) -> Int {
        var count = 0
        for schema in schemas where violation(of: value, against: schema, at: path, depth: depth + 1) == nil {
            count += 1
        }
        return count
    }

    /// A reference's escapes (RFC 6901): `~1` is a slash, `~0` a tilde.
    private static func unescaped(_ part: Substring) -> String {
        var name = ""
        var isEscape = false
        for character in part {
            if isEscape {
                name.append(character == "1" ? "/" : "~")
                isEscape = false
            } else if character == "~" {
                isEscape = true
            } else {
                name.append(character)
            }
        }
        return name
    }

    /// A reference within the document: `#`, or `#/$defs/name` and the like. Others are unknown.
    private func resolve(_ reference: String) -> JSONValue? {
        guard reference.hasPrefix("#") else { return nil }
        var at = root
        for part in reference.dropFirst().split(separator: "/") {
            let name = Self.unescaped(part)
            switch at {
            case .object(let object):
                guard let next = object[name] else { return nil }
                at = next
            case .array(let items):
                guard let index = Int(name), items.indices.contains(index) else { return nil }
                at = items[index]
            default: return nil
            }
        }
        return at
    }
}
