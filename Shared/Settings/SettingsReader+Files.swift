// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

extension SettingsReader {
    /// A secret holds one line of text; a larger file is something else, named by mistake.
    private static var maximumSecretBytes: Int { 65_536 }

    /// The path of a file that must be readable. Without a default it must be given.
    package mutating func file(_ key: String, default fallback: String? = nil, help: String) -> String {
        describe(key, kind: "path of a file", fallback: fallback, help: help)
        guard let path = textIfGiven(key) ?? fallback else {
            noteMissing(key, expected: "the path of a readable file")
            return ""
        }
        checkReadable(key, path)
        return path
    }

    package mutating func optionalFile(_ key: String, help: String) -> String? {
        describe(key, kind: "path of a file", fallback: "", help: help)
        guard let path = textIfGiven(key) else { return nil }
        checkReadable(key, path)
        return path
    }

    /// The path of a folder that must exist.
    package mutating func folder(_ key: String, default fallback: String? = nil, help: String) -> String {
        describe(key, kind: "path of a folder", fallback: fallback, help: help)
        guard let path = textIfGiven(key) ?? fallback else {
            noteMissing(key, expected: "the path of a folder")
            return ""
        }
        var isFolder = false
        if !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder {
            note(key, found: path, expected: "the path of a folder that exists")
        }
        return path
    }

    /// A secret by the path of the file that holds it; spaces and line ends around it are no part of it. nil when
    /// the setting is not given. Secrets themselves never stand in settings, because settings are printed.
    package mutating func secretFile(_ key: String, help: String) -> Secret? {
        precondition(key.hasSuffix("_file"), "the key of a secret's file ends with _file: \(key)")
        describe(key, kind: "path of a file that holds a secret", fallback: "", help: help)
        guard let path = textIfGiven(key) else { return nil }
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= Self.maximumSecretBytes else {
            note(key, found: path, expected: "the path of a readable file of at most \(Self.maximumSecretBytes) bytes")
            return nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        if trimmed.isEmpty { note(key, found: path, expected: "a file that is not empty") }
        return Secret(String(trimmed))
    }

    /// The path of a secret's file, checked like `secretFile`: for a client that reads it at every connect, so that
    /// the secret can be changed without a restart.
    package mutating func secretPath(_ key: String, help: String) -> String? {
        _ = secretFile(key, help: help)
        return textIfGiven(key)
    }

    /// The same, where there is no going on without it.
    package mutating func requiredSecretFile(_ key: String, help: String) -> Secret {
        if let secret = secretFile(key, help: help) { return secret }
        if !isGiven(key) { noteMissing(key, expected: "the path of a file that holds the secret") }
        return Secret("")
    }

    private mutating func checkReadable(_ key: String, _ path: String) {
        if access(path, R_OK) != 0 { note(key, found: path, expected: "the path of a readable file") }
    }
}
