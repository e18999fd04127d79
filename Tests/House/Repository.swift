// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of this repository, as the House tests see them. Generated code is nobody's style and is left out.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file under Services, Shared and Tests, and Package.swift.
    static let swift: [SourceFile] =
        files(under: ["Services", "Shared", "Tests"], ending: ".swift")
        + [SourceFile("Package.swift")].compactMap(\.self)

    /// Every contract.
    static let contracts: [SourceFile] = files(under: ["Proto"], ending: ".proto")

    /// Every document, those of the top level too.
    static let documents: [SourceFile] =
        files(
            under: ["Services", "Shared", "Tests", "Proto", "Deploy", "Docs"], ending: ".md")
        + names(in: "").filter { $0.hasSuffix(".md") }.compactMap { SourceFile($0) }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// What lies directly in a folder; nothing when there is no such folder.
    static func names(in folder: String) -> [String] {
        let path = root.appendingPathComponent(folder).path
        // A folder that is absent holds nothing: a service may lack a room.
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    static func files(under folders: [String], ending suffix: String) -> [SourceFile] {
        folders.flatMap { folder -> [SourceFile] in
            let top = root.appendingPathComponent(folder).path
            let found = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
            return found.filter { $0.hasSuffix(suffix) && !isGenerated($0) }.sorted()
                .compactMap { SourceFile("\(folder)/\($0)") }
        }
    }

    private static func isGenerated(_ path: String) -> Bool {
        let folders = path.split(separator: "/").dropLast()
        return folders.contains("Generated") || folders.contains { $0.hasPrefix(".build") || $0 == "node_modules" }
    }
}

/// One file: its path from the top of the repository, and what it says.
struct SourceFile: Sendable {
    let path: String
    let text: String

    init?(_ path: String) {
        let url = Repository.root.appendingPathComponent(path)
        // A file that is not text is not ours to judge.
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        self.path = path
        self.text = text
    }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var folders: [Substring] { path.split(separator: "/").dropLast() }
    var name: Substring { path.split(separator: "/").last ?? "" }
    /// The file name without its ending and without the topic of an extension: `Account+Rows.swift` is `Account`.
    var stem: Substring { name.prefix { $0 != "." } }

    /// The same text with comments and the contents of strings blanked, line by line.
    var code: [Substring] {
        var scanner = CodeScanner(Array(text.utf8))
        return String(decoding: scanner.masked(), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The modules the file imports.
    var imports: [Substring] {
        code.compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == ";" })
            guard let position = words.firstIndex(of: "import"), position <= 2, position + 1 < words.count else {
                return nil
            }
            let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "var", "let", "typealias"]
            let named = kinds.contains(words[position + 1]) ? words.last : words[position + 1]
            return named?.prefix { $0 != "." }
        }
    }
}
