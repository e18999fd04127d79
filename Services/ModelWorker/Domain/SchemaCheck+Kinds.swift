// SPDX-License-Identifier: Apache-2.0

import Primitives

/// What a schema says of one kind of value.
extension SchemaCheck {
    func numberViolation(_ number: Double, _ rules: JSONObject, _ path: String) -> String? {
        if let least = Self.number(rules["minimum"]), number < least { return "\(path): below the minimum" }
        if let most = Self.number(rules["maximum"]), number > most { return "\(path): above the maximum" }
        if let least = Self.number(rules["exclusiveMinimum"]), number <= least { return "\(path): below the minimum" }
        if let most = Self.number(rules["exclusiveMaximum"]), number >= most { return "\(path): above the maximum" }
        if let unit = Self.number(rules["multipleOf"]), unit > 0 {
            let quotient = number / unit
            guard abs(quotient - quotient.rounded()) < 1e-9 * max(1, abs(quotient)) else {
                return "\(path): not a multiple"
            }
        }
        return nil
    }

    func countViolation(
        _ count: Int, _ rules: JSONObject, _ least: String, _ most: String, _ path: String
    ) -> String? {
        if let bound = Self.number(rules[least]), Double(count) < bound { return "\(path): breaks \(least)" }
        if let bound = Self.number(rules[most]), Double(count) > bound { return "\(path): breaks \(most)" }
        return nil
    }

    mutating func arrayViolation(
        _ items: [JSONValue], _ rules: JSONObject, _ path: String, _ depth: Int
    ) -> String? {
        if let found = countViolation(items.count, rules, "minItems", "maxItems", path) { return found }
        var firsts: [JSONValue] = []
        if case .array(let schemas) = rules["prefixItems"] { firsts = schemas }
        for (index, item) in items.enumerated() {
            guard let schema = index < firsts.count ? firsts[index] : rules["items"] else { continue }
            if let found = violation(of: item, against: schema, at: "\(path)[\(index)]", depth: depth + 1) {
                return found
            }
        }
        if rules["uniqueItems"] == .bool(true), Set(items).count < items.count { return "\(path): repeats an item" }
        return nil
    }

    mutating func objectViolation(
        _ object: JSONObject, _ rules: JSONObject, _ path: String, _ depth: Int
    ) -> String? {
        if let found = countViolation(object.members.count, rules, "minProperties", "maxProperties", path) {
            return found
        }
        if case .array(let names) = rules["required"] {
            for case .string(let name) in names where object[name] == nil { return "\(path): lacks '\(name)'" }
        }
        var known = JSONObject()
        if case .object(let properties) = rules["properties"] { known = properties }
        for member in object.members {
            let schema: JSONValue
            if let own = known[member.name] {
                schema = own
            } else if let others = rules["additionalProperties"] {
                schema = others
            } else {
                continue
            }
            let place = "\(path).\(member.name)"
            if let found = violation(of: member.value, against: schema, at: place, depth: depth + 1) { return found }
        }
        return nil
    }

    private static func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .integer(let integer): Double(integer)
        case .decimal(let decimal): decimal
        default: nil
        }
    }
}
