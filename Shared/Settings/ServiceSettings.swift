// SPDX-License-Identifier: Apache-2.0

/// What a service wants to know before it starts: `AuthConfiguration` and its like conform.
package protocol ServiceSettings: Sendable {
    /// Reads every setting. What is wrong is noted in the reader; the value is used only when nothing was.
    init(_ reader: inout SettingsReader)
}

/// Settings read, or the answer to a question about them.
package enum SettingsOutcome<Settings> {
    case loaded(Settings)
    /// `--describe-settings` or `--help` was asked: this text is to be printed, and the process ends well.
    case page(String)
}

/// Reads a program's settings from its command line, environment and file, and checks them all together.
package enum SettingsLoader {
    /// - Parameters:
    ///   - arguments: the command line with the program's name first.
    ///   - read: reads everything the program wants from the one reader.
    /// - Throws: every problem at once.
    package static func load<Settings>(
        program: String, arguments: [String], environment: [String: String],
        unknownKeys: SettingsReader.UnknownKeys = .refused, read: (inout SettingsReader) -> Settings
    ) throws(SettingsFailure) -> SettingsOutcome<Settings> {
        var reader = try SettingsReader(arguments: arguments, environment: environment)
        let settings = read(&reader)
        if arguments.contains("--describe-settings") || arguments.contains("--help") {
            return .page(reader.descriptions.page(of: program))
        }
        try reader.finish(unknownKeys: unknownKeys)
        return .loaded(settings)
    }
}
