// SPDX-License-Identifier: Apache-2.0

import Testing

/// Goal: what has to be read at once fits into one view.
@Suite struct LengthTests {
    static let fileLines = 400
    static let functionLines = 70
    static let columns = 120
    /// A longer file says so, and why, in its first comment.
    static let excuse = "This file is long because"

    @Test func filesAreShortOrSayWhyNot() {
        for file in Repository.swift where file.lines.count > Self.fileLines + 1 {
            let opening = file.lines.prefix(20).joined(separator: "\n")
            #expect(
                opening.contains(Self.excuse), "\(file.path) has \(file.lines.count) lines and no `\(Self.excuse) …`")
        }
    }

    @Test func linesFitTheScreen() {
        for file in Repository.swift {
            for (number, line) in file.lines.enumerated() where line.count > Self.columns {
                Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
            }
        }
    }

    @Test func functionsFitTheScreen() {
        for file in Repository.swift {
            for function in FunctionSpan.all(in: file.code) where function.lines > Self.functionLines {
                Issue.record("\(file.path):\(function.first + 1): \(function.name) has \(function.lines) lines")
            }
        }
    }

    @Test func functionsAreMeasuredRightly() {
        let source = """
            protocol Counter { func count() -> Int }
            struct Fixed: Counter {
                func count() -> Int {
                    let text = "}"  // }
                    return text.count
                }
                init(_ body: () -> Void = {}) {
                }
            }
            """
        var scanner = CodeScanner(Array(source.utf8))
        let code = String(decoding: scanner.masked(), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let spans = FunctionSpan.all(in: code)
        #expect(spans.map(\.lines) == [4, 2])
        #expect(spans.map(\.first) == [2, 6])
    }
}
