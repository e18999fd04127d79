// SPDX-License-Identifier: Apache-2.0

/// One setting that is not as it must be.
package struct SettingProblem: Hashable, Sendable, CustomStringConvertible {
    package var key: String
    /// What was found, or nil when nothing was, or when what was found is secret.
    package var found: String?
    package var expected: String
    /// Where it was found: `--flag`, the variable's name, or the file's path.
    package var place: String?

    package init(key: String, found: String?, expected: String, place: String? = nil) {
        self.key = key
        self.found = found
        self.expected = expected
        self.place = place
    }

    package var description: String {
        let place = place.map { " in \($0)" } ?? ""
        guard let found else { return "\(key): expected \(expected)\(place.isEmpty ? "" : ",\(place)")" }
        return "\(key): found \"\(found)\"\(place), expected \(expected)"
    }
}

/// Everything wrong with the settings, all at once: whoever repairs them should need one try.
package struct SettingsFailure: Error, CustomStringConvertible {
    package var problems: [SettingProblem]
    package init(_ problems: [SettingProblem]) { self.problems = problems }

    /// The exit status of a process that refuses its settings: `EX_USAGE` of sysexits.h.
    package static let exitCode: Int32 = 64

    package var description: String {
        let count = problems.count == 1 ? "One setting is" : "\(problems.count) settings are"
        return "\(count) not as expected:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
