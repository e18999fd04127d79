// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Telemetry

/// A request as JSON, for a dry run that shows exactly what would be sent and for the audit line.
package enum RequestText {
    /// Fields that nobody but the receiver may see. They are told to be there, never what they are.
    private static let secrets = ["password", "secret", "token", "hash", "credential"]
    /// Messages do not nest by themselves, so this is deeper than any of ours.
    private static let maximumDepth = 8

    package static func json(_ request: some BinaryMessage) -> String {
        var text = JSONText()
        write(request, to: &text, depth: 0)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private static func write(_ value: Any, to text: inout JSONText, depth: Int) {
        guard depth < maximumDepth else { return text.string("…") }
        switch value {
        case let value as String: text.string(value)
        case let value as Bool: text.bool(value)
        case let value as any BinaryInteger: text.integer(value)
        case let value as Double: text.number(value)
        case let value as Float: text.number(Double(value))
        case let value as [UInt8]: text.string(Hex.encode(value))
        case let value as [Any]:
            text.openArray()
            for item in value { write(item, to: &text, depth: depth + 1) }
            text.closeArray()
        case let value as any BinaryMessage: writeFields(of: value, to: &text, depth: depth)
        case let value as any RawRepresentable<Int32>: text.integer(value.rawValue)
        case let value as any CustomStringConvertible: text.string(value.description)
        default: writeFields(of: value, to: &text, depth: depth)
        }
    }

    private static func writeFields(of value: Any, to text: inout JSONText, depth: Int) {
        text.openObject()
        for (label, child) in Mirror(reflecting: value).children {
            guard let label, let child = present(child) else { continue }
            text.name(label)
            let lowercased = label.lowercased()
            if secrets.contains(where: { lowercased.contains($0) }), isSecret(child) {
                text.string("(not shown)")
            } else {
                write(child, to: &text, depth: depth + 1)
            }
        }
        text.closeObject()
    }

    /// Counts such as `promptTokens` are no secrets; texts and bytes of such a name are.
    private static func isSecret(_ value: Any) -> Bool { value is String || value is [UInt8] || value is [String] }

    /// What an optional holds; nil for one that holds nothing.
    private static func present(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return value }
        return mirror.children.first?.value
    }
}
