// SPDX-License-Identifier: Apache-2.0

/// What one setting is, as `--describe-settings` shows it. Collected while the settings are read, so that the page
/// cannot differ from the code.
package struct SettingDescription: Hashable, Sendable {
    package var key: String
    /// The kind of value in words: `integer`, `text`, `file`, `one of a, b`.
    package var kind: String
    /// The default as a file would spell it; nil when the setting must be given.
    package var fallback: String?
    package var bound: String?
    package var unit: String?
    /// Why the setting exists and why its default is what it is.
    package var reason: String

    /// `turn.lease_ms` is `--turn-lease-ms` on the command line.
    package var flag: String { SettingKey.flag(key) }
    /// `turn.lease_ms` is `PARLEY_TURN_LEASE_MS` in the environment.
    package var variable: String { SettingKey.variable(key) }
}

/// How one key is spelled in each of the three places a setting may stand.
package enum SettingKey {
    package static let environmentPrefix = "PARLEY"

    package static func flag(_ key: String) -> String {
        "--" + String(key.map { $0 == "." || $0 == "_" ? "-" : $0 })
    }

    package static func variable(_ key: String) -> String {
        environmentPrefix + "_" + String(key.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }

    /// The unit a key's last word states, nil when it is a plain number.
    package static func unit(of key: String) -> String? {
        let words = key.split(whereSeparator: { $0 == "." || $0 == "_" })
        guard let last = words.last else { return nil }
        return [
            "us": "microseconds", "ms": "milliseconds", "seconds": "seconds", "minutes": "minutes", "hours": "hours",
            "days": "days", "bytes": "bytes", "micros": "millionths of a currency unit", "tokens": "tokens",
            "percent": "percent",
        ][String(last)]
    }
}

extension [SettingDescription] {
    /// The page `--describe-settings` prints: one paragraph per setting, in the order they are read.
    package func page(of program: String) -> String {
        var lines = [
            "Settings of \(program). Flags win over the environment, that over the file, that over the default.", "",
        ]
        for setting in self {
            let fallback = setting.fallback.map { "default \($0.isEmpty ? "none" : $0)" } ?? "must be given"
            let facts = [setting.kind, setting.unit.map { "in \($0)" }, setting.bound, fallback].compactMap { $0 }
            lines.append("\(setting.key)  (\(facts.joined(separator: "; ")))")
            lines.append("    \(setting.flag)  \(setting.variable)")
            lines.append("    \(setting.reason)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
