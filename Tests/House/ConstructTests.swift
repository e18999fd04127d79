// SPDX-License-Identifier: Apache-2.0

import Testing

/// Goal: constructs that hide a crash, a leak or a race appear nowhere, or with their reason beside them.
@Suite struct ConstructTests {
    static let looseTaskReason = "House: loose task, because"
    /// The House tests name what they forbid.
    static let judged = Repository.swift.filter { !$0.path.hasPrefix("Tests/House/") }

    @Test func nothingIsForced() {
        Self.forbid("try!", "a failure that is never told")
    }

    @Test func noTaskIsLoose() {
        for file in Self.judged {
            for (number, line) in file.code.enumerated() where Self.startsLooseTask(line) {
                let said = file.lines[number]
                #expect(said.contains(Self.looseTaskReason), "\(file.path):\(number + 1): a task nobody waits for")
            }
        }
    }

    @Test func unitTestsDoNotSleep() {
        for file in Self.judged where file.path.hasPrefix("Tests/Unit/") {
            for (number, line) in file.code.enumerated() {
                let sleeps = line.contains("Task.sleep") || line.contains("usleep(") || line.contains(" sleep(")
                #expect(!sleeps, "\(file.path):\(number + 1): use the manual clock")
            }
        }
    }

    @Test func uncheckedSendableIsProved() {
        for file in Self.judged {
            for (number, line) in file.code.enumerated() where line.contains("@unchecked Sendable") {
                let above = file.lines[max(0, number - 1)]
                let isProved = file.lines[number].contains("//") || above.contains("//")
                #expect(isProved, "\(file.path):\(number + 1): say why it is safe, there or in the line above")
            }
        }
    }

    @Test func nothingIsLeftForLater() {
        for file in Self.judged {
            for (number, line) in file.lines.enumerated() {
                let isLeft = ["TODO", "FIXME", "XXX"].contains { line.contains($0) }
                #expect(!isLeft, "\(file.path):\(number + 1): do it, or write an issue")
            }
        }
    }

    @Test func everyFileNamesItsLicence() {
        for file in Repository.swift where file.name != "Package.swift" {
            let isNamed = file.text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n")
            #expect(isNamed, "\(file.path): the first line names the licence")
        }
    }

    static func startsLooseTask(_ line: Substring) -> Bool {
        if line.contains("Task.detached") || line.contains("Task.immediate") { return true }
        let words = line.split(whereSeparator: { " (=,".contains($0) })
        return zip(words, words.dropFirst()).contains { $0 == "Task" && $1.hasPrefix("{") } || line.contains(" Task(")
            || words.contains { $0.hasPrefix("Task{") }
    }

    static func forbid(_ word: String, _ reason: String) {
        for file in judged {
            for (number, line) in file.code.enumerated() where line.contains(word) {
                Issue.record("\(file.path):\(number + 1): \(word): \(reason)")
            }
        }
    }
}
