// SPDX-License-Identifier: Apache-2.0

import Configuration

/// Reads a process's settings and remembers everything that is wrong with them.
///
/// Reading never throws: a wrong or missing value is noted and a harmless stand-in is returned, so that one run finds
/// every problem. Nothing is used before `finish()` has said that there are none.
package struct SettingsReader {
    private let source: SettingsSource
    /// Every setting read so far, in order.
    package private(set) var descriptions: [SettingDescription] = []
    package private(set) var problems: [SettingProblem] = []
    /// Keys under which the file may name whatever it likes; see `map`.
    private var openPrefixes: [String] = []

    /// - Parameter arguments: the command line with the program's name first.
    package init(arguments: [String], environment: [String: String]) throws(SettingsFailure) {
        source = try SettingsSource(arguments: arguments, environment: environment)
    }

    /// What a reader does with keys in the file that nobody reads.
    package enum UnknownKeys: Sendable {
        case refused
        /// For an admin tool that reads its service's file and uses only a part of it.
        case ignored
    }

    /// Notes a problem found by a check of several settings together.
    package mutating func reject(_ key: String, found: String? = nil, expected: String) {
        problems.append(SettingProblem(key: key, found: found, expected: expected))
    }

    /// Ends the reading.
    /// - Throws: all problems, those of single settings in order of reading, then names nobody knows.
    package mutating func finish(unknownKeys: UnknownKeys = .refused) throws(SettingsFailure) {
        if unknownKeys == .refused {
            let keys = source.fileKeys.filter { key in !openPrefixes.contains { key.hasPrefix($0 + ".") } }
            noteUnknown(keys, known: descriptions.map(\.key), place: source.filePath)
            let ownFlags = ["--config", "--describe-settings", "--help"]
            noteUnknown(source.flags, known: descriptions.map(\.flag) + ownFlags, place: nil)
        }
        if !problems.isEmpty { throw SettingsFailure(problems) }
    }

    private mutating func noteUnknown(_ names: [String], known: [String], place: String?) {
        let set = Set(known)
        for name in names where !set.contains(name) {
            let hint = NearestName.hint(for: name, among: known)
            let advice = hint.map { "did you mean \($0)?" } ?? "see --describe-settings"
            let expected = "a known setting; \(advice)"
            problems.append(SettingProblem(key: name, found: nil, expected: expected, place: place))
        }
    }

    // MARK: What the typed readers in the extensions are made of

    mutating func describe(
        _ key: String, kind: String, fallback: String?, bound: String? = nil, help: String
    ) {
        precondition(!descriptions.contains { $0.key == key }, "the setting \(key) is read twice")
        descriptions.append(
            SettingDescription(
                key: key, kind: kind, fallback: fallback, bound: bound, unit: SettingKey.unit(of: key), reason: help))
    }

    /// The value as `type`, or nil when there is none; a value of another type is noted as a problem.
    mutating func lookup(_ key: String, as type: ConfigType, expected: String) -> ConfigContent? {
        guard let hit = source.value(key, as: type) else { return nil }
        if hit.content == nil { note(key, found: hit.found, expected: expected) }
        return hit.content
    }

    mutating func note(_ key: String, found: String?, expected: String) {
        problems.append(
            SettingProblem(key: key, found: found, expected: expected, place: source.value(key, as: .string)?.place))
    }

    mutating func noteMissing(_ key: String, expected: String) {
        let places = "\(SettingKey.flag(key)), \(SettingKey.variable(key)) or the file"
        problems.append(SettingProblem(key: key, found: nil, expected: "\(expected); set it by \(places)"))
    }

    /// The value as text; an empty text counts as none.
    func textIfGiven(_ key: String) -> String? {
        guard let hit = source.text(key), !hit.text.isEmpty else { return nil }
        return hit.text
    }

    func isGiven(_ key: String) -> Bool { source.value(key, as: .string) != nil }

    /// The file's keys below `prefix`, without it.
    mutating func openKeys(under prefix: String) -> [String] {
        openPrefixes.append(prefix)
        return source.fileKeys.filter { $0.hasPrefix(prefix + ".") }.map { String($0.dropFirst(prefix.utf8.count + 1)) }
    }
}
