// SPDX-License-Identifier: Apache-2.0

import Primitives

protocol SixteenOctets {
    var bytes: [UInt8] { get }
}
extension Identifier: SixteenOctets {}

/// A value written down field by field in the notation of Tests/Contract/random_messages.py: JSON with sorted keys.
///
/// It reads the value by reflection and knows nothing of the generated code, so a field that is read into the wrong
/// property, both ways alike, does not escape it.
func portrait(_ value: Any) -> String {
    switch value {
    case let text as String: return quoted("t:" + Hex.encode(Array(text.utf8)))
    case let bytes as [UInt8] where type(of: value) == [UInt8].self: return quoted("b:" + Hex.encode(bytes))
    case let id as any SixteenOctets: return quoted("i:" + Hex.encode(id.bytes))
    case let flag as Bool: return flag ? "true" : "false"
    case let number as Float: return quoted("f:" + bigEndianHex(UInt64(number.bitPattern), octets: 4))
    case let number as Double: return quoted("d:" + bigEndianHex(number.bitPattern, octets: 8))
    case let number as any FixedWidthInteger: return "\(number)"
    case let enumeration as any RawRepresentable<Int32>: return quoted("e:\(enumeration.rawValue)")
    default: return structured(Mirror(reflecting: value))
    }
}

private func structured(_ mirror: Mirror) -> String {
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { portrait($0.value) } ?? "null"
    case .collection: return "[" + mirror.children.map { portrait($0.value) }.joined(separator: ",") + "]"
    default:
        let members = mirror.children.map { child in (child.label ?? "", portrait(child.value)) }
        return "{" + members.sorted { $0.0 < $1.0 }.map { quoted($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
    }
}

private func quoted(_ text: String) -> String { "\"\(text)\"" }

private func bigEndianHex(_ bits: UInt64, octets: Int) -> String {
    Hex.encode((0..<octets).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * (octets - 1 - $0))) })
}
