// SPDX-License-Identifier: Apache-2.0

import Testing

/// Goal: names say what a thing is. Words that fit everything say nothing, and a number at the end marks a second
/// version that should have replaced the first.
@Suite struct NameTests {
    static let banned: Set<Substring> = [
        "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Base", "Impl", "Misc",
    ]
    /// Names of standards, which end in a number because their authors say so.
    static let standards: Set<Substring> = ["SHA256", "HMACSHA256", "UUIDv7", "Base64", "UTF8", "RS256", "HTTP1"]
    static let declarations: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    @Test func noTypeHasABannedName() {
        for file in Repository.swift {
            for (number, line) in file.code.enumerated() {
                for name in Self.declared(in: line) {
                    #expect(Self.complaint(about: name) == nil, "\(file.path):\(number + 1): \(name)")
                }
            }
        }
    }

    @Test func noFileHasABannedName() {
        for file in Repository.swift {
            #expect(Self.complaint(about: file.stem) == nil, "\(file.path)")
        }
    }

    @Test func theRulesThemselvesWork() {
        #expect(Self.complaint(about: "AccountManager") != nil)
        #expect(Self.complaint(about: "Frame2") != nil)
        #expect(Self.complaint(about: "Data") != nil)
        #expect(Self.complaint(about: "Database") == nil)
        #expect(Self.complaint(about: "SHA256") == nil)
        #expect(Self.declared(in: "    package final class ConnectionHelper: Sendable {") == ["ConnectionHelper"])
    }

    static func declared(in line: Substring) -> [Substring] {
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
        return zip(words, words.dropFirst()).filter { declarations.contains($0.0) && $0.1.first?.isUppercase == true }
            .map(\.1)
    }

    /// What is wrong with a name, or nil.
    static func complaint(about name: Substring) -> String? {
        if standards.contains(name) { return nil }
        if name == "Data" { return "says nothing" }
        if name.last?.isNumber == true { return "ends in a number" }
        return words(of: name).contains(where: banned.contains) ? "says nothing" : nil
    }

    /// The capitalised words of a name: `TokenStream` is Token and Stream.
    static func words(of name: Substring) -> [Substring] {
        var found: [Substring] = []
        var start = name.startIndex
        for index in name.indices.dropFirst()
        where name[index].isUppercase && name[start..<index].last?.isLowercase == true {
            found.append(name[start..<index])
            start = index
        }
        return found + [name[start...]]
    }
}
