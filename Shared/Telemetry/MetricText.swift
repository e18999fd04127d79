// SPDX-License-Identifier: Apache-2.0

/// The spelling rules of Prometheus' text format.
enum MetricText {
    /// Letters, digits, `_` and `:`, no digit first. What else stands in a label of swift-metrics becomes `_`.
    static func name(_ label: String) -> String {
        var text = String(label.map { isPlain($0) || $0 == ":" ? $0 : "_" })
        if text.first?.isNumber ?? true { text = "_" + text }
        return text
    }

    /// `a="b",c="d"`, sorted, so that the same labels in another order are the same series.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }.map { key, value in
            "\(name(key))=\"\(escaped(value))\""
        }.joined(separator: ",")
    }

    static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    static func escapedHelp(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber) || character == "_"
    }
}
