// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

@Suite struct SecretTests {
    private func read(
        _ arguments: [String], _ body: (inout SettingsReader) -> Secret?
    ) throws -> (Secret?, [SettingProblem]) {
        var reader = try SettingsReader(arguments: ["sample"] + arguments, environment: [:])
        let secret = body(&reader)
        return (secret, reader.problems)
    }

    @Test func secretIsReadFromItsFileAndTrimmed() throws {
        try withFolder { folder in
            let file = try write("pa ss\n", to: "s", in: folder)
            let (secret, problems) = try read(["--db-password-file", file]) { reader in
                reader.secretFile("db.password_file", help: "")
            }
            #expect(secret?.reveal() == "pa ss")
            #expect(problems.isEmpty)
        }
    }

    @Test func secretNeverPrints() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test func missingAndEmptySecretsAreProblems() throws {
        try withFolder { folder in
            let empty = try write(" \n", to: "e", in: folder)
            let arguments = [["--a-file", folder.path + "/none"], ["--a-file", empty], []]
            for arguments in arguments {
                let (_, problems) = try read(arguments) { $0.requiredSecretFile("a_file", help: "") }
                #expect(problems.map(\.key) == ["a_file"])
            }
        }
    }
}
