// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation

/// The three places settings come from, as swift-configuration's providers, in order of precedence.
struct SettingsSource {
    struct Layer {
        var snapshot: any ConfigSnapshot
        /// How a problem names the place: nil stands for "the flag" or "the variable" of the key itself.
        var place: @Sendable (String) -> String
    }

    private(set) var layers: [Layer] = []
    /// Every key the file holds, flattened with dots.
    private(set) var fileKeys: [String] = []
    /// Every `--name` of the command line.
    private(set) var flags: [String] = []
    private(set) var filePath: String?

    init(arguments: [String], environment: [String: String]) throws(SettingsFailure) {
        flags = arguments.dropFirst().compactMap { argument in
            guard argument.hasPrefix("--") else { return nil }
            return String(argument.prefix { $0 != "=" })
        }
        let commandLine = KeyMappingProvider(upstream: CommandLineArgumentsProvider(arguments: arguments)) { key in
            AbsoluteConfigKey(key.components.map { String($0.map { $0 == "_" ? "-" : $0 }) })
        }
        let variables = EnvironmentVariablesProvider(environmentVariables: environment)
            .prefixKeys(with: ConfigKey([SettingKey.environmentPrefix]))
        layers = [
            Layer(snapshot: commandLine.snapshot(), place: { SettingKey.flag($0) }),
            Layer(snapshot: variables.snapshot(), place: { SettingKey.variable($0) }),
        ]
        guard let path = text("config")?.text else { return }
        filePath = path
        let file = try Self.read(path)
        fileKeys = file.keys
        layers.append(Layer(snapshot: file.snapshot, place: { _ in path }))
    }

    /// The first layer that holds the key, with the value read as `type`.
    /// - Returns: nil when no layer holds it; a nil value when a layer does, but it is no such value.
    func value(_ key: String, as type: ConfigType) -> (content: ConfigContent?, found: String, place: String)? {
        let absolute = AbsoluteConfigKey(ConfigKey(key))
        for layer in layers {
            do {
                guard let value = try layer.snapshot.value(forKey: absolute, type: type).value else { continue }
                return (value.content, Self.spelled(value.content), layer.place(key))
            } catch {
                // The provider has it, but not as this type. What was written is found by asking for other types.
                return (nil, Self.asWritten(absolute, in: layer.snapshot), layer.place(key))
            }
        }
        return nil
    }

    /// The key's value as text, whatever the layer holds it as.
    func text(_ key: String) -> (text: String, place: String)? {
        guard let hit = value(key, as: .string) else { return nil }
        return (hit.found, hit.place)
    }

    private static func asWritten(_ key: AbsoluteConfigKey, in snapshot: any ConfigSnapshot) -> String {
        for type in [ConfigType.string, .stringArray, .int, .double, .bool, .doubleArray] {
            // A provider throws when the value is of another type than asked; the next type is tried then.
            if let found = try? snapshot.value(forKey: key, type: type).value { return spelled(found.content) }
        }
        return ""
    }

    private static func spelled(_ content: ConfigContent) -> String {
        switch content {
        case .string(let value): value
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .stringArray(let values): values.joined(separator: ",")
        case .intArray(let values): values.map(String.init).joined(separator: ",")
        case .doubleArray(let values): values.map { "\($0)" }.joined(separator: ",")
        case .boolArray(let values): values.map { "\($0)" }.joined(separator: ",")
        case .bytes, .byteChunkArray: "(bytes)"
        }
    }

    private static func read(_ path: String) throws(SettingsFailure) -> (snapshot: JSONSnapshot, keys: [String]) {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            let bytes = [UInt8](data)
            let snapshot = try JSONSnapshot(
                data: bytes.span.bytes, providerName: path, parsingOptions: .default)
            let tree = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            return (snapshot, flattened(tree, under: "").sorted())
        } catch {
            throw SettingsFailure([
                SettingProblem(key: "config", found: path, expected: "a readable JSON object (\(error))")
            ])
        }
    }

    private static func flattened(_ tree: [String: Any], under prefix: String) -> [String] {
        tree.flatMap { name, value in
            let key = prefix.isEmpty ? name : "\(prefix).\(name)"
            return (value as? [String: Any]).map { flattened($0, under: key) } ?? [key]
        }
    }
}
