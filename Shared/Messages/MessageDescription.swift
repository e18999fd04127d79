// SPDX-License-Identifier: Apache-2.0

/// What a message looks like in a log line or an error's detail: ids, numbers and enums as they are; of texts, bytes
/// and lists their size only, because any of them may be a prompt (token ids as well), a password or a key.
///
/// By reflection, for debugging and rare errors; nothing on a hot path describes messages.
func describeWithoutContent(_ message: some PackedMessage) -> String {
    let members = Mirror(reflecting: message).children.map { child in
        "\(child.label ?? "_"): \(withoutContent(child.value))"
    }
    return "\(type(of: message))(\(members.joined(separator: ", ")))"
}

private func withoutContent(_ value: Any) -> String {
    if let text = value as? String { return "<\(text.utf8.count) bytes>" }
    if let message = value as? any PackedMessage { return describeWithoutContent(message) }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { withoutContent($0.value) } ?? "nil"
    case .collection: return "<\(mirror.children.count) elements>"
    case .enum: return mirror.children.first.map { ".\($0.label ?? "_")(\(withoutContent($0.value)))" } ?? "\(value)"
    default: return "\(value)"
    }
}
