// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One numbered file of a schema's history, such as `0003-add-budgets.sql`.
package struct MigrationFile: Hashable, Sendable {
    package var version: Int
    /// The file's name without its folder.
    package var name: String
    var content: [UInt8]
    /// SHA-256 sums, in hex, of other forms in which the file was released and which lead to the same schema.
    var otherForms: Set<String> = []

    /// The one other file a folder may hold, in the form of `sha256sum`: forms of its files that were released as well.
    /// It exists because one of ours was, by mistake; both are out, so neither may be refused.
    private static let formsFile = "released-forms.sha256"

    /// Reads a folder's files in order. Other files are refused: a misspelt migration that is silently skipped would
    /// be found in production.
    static func read(folder: String) throws(MigrationFailure) -> [MigrationFile] {
        guard let directory = opendir(folder) else {
            throw .folder("cannot read the folder \(folder): \(String(cString: strerror(errno)))")
        }
        defer { closedir(directory) }
        var files: [MigrationFile] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix("."), name != formsFile else { continue }
            guard let version = Self.version(of: name) else {
                throw .folder("\(name) is not named like 0001-create-accounts.sql")
            }
            files.append(MigrationFile(version: version, name: name, content: try load(folder + "/" + name)))
        }
        files.sort { $0.version < $1.version }
        for (index, file) in files.enumerated() where file.version != index + 1 {
            throw .folder("\(file.name) should have the number \(index + 1): numbers have no gaps and no doubles")
        }
        try readForms(of: &files, folder: folder)
        return files
    }

    private static func readForms(of files: inout [MigrationFile], folder: String) throws(MigrationFailure) {
        let path = folder + "/" + formsFile
        guard access(path, F_OK) == 0 else { return }
        for line in String(decoding: try load(path), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, words[0].utf8.count == 64,
                words[0].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
                let index = files.firstIndex(where: { $0.name == words[1] })
            else { throw .folder("\(path) has a line that is no sum and name of a migration: \(line)") }
            files[index].otherForms.insert(String(words[0]))
        }
    }

    /// Four digits, then words of lower-case letters and digits between hyphens.
    static func version(of name: String) -> Int? {
        let units = Array(name.utf8)
        guard units.count > 9, name.hasSuffix(".sql"), units[4] == UInt8(ascii: "-"), units[5] != UInt8(ascii: "-"),
            let version = Int(name.prefix(4)), version > 0, units[0..<4].allSatisfy({ (48...57).contains($0) })
        else { return nil }
        let words = units[5..<units.count - 4]
        let isPlain = words.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
        return isPlain ? version : nil
    }

    private static func load(_ path: String) throws(MigrationFailure) -> [UInt8] {
        // A migration is read by people; one of more than this is not.
        let longest = 1 << 20
        guard let stream = fopen(path, "re") else {
            throw .folder("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: longest)
        let count = fread(&bytes, 1, longest, stream)
        guard count < longest, !bytes.prefix(count).contains(0) else { throw .folder("\(path) is too long or no text") }
        return Array(bytes.prefix(count))
    }
}

/// Why a schema was not brought up to date. What was applied before the failure stays applied.
package enum MigrationFailure: Error, Sendable, CustomStringConvertible {
    /// Something about the files themselves.
    case folder(String)
    /// An applied file is no longer what it was, or is gone.
    case changed(String)
    /// The server, or the connection to it.
    case database(String)

    package var description: String {
        switch self {
        case .folder(let text), .changed(let text), .database(let text): text
        }
    }
}
