// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct JudgeCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge", abstract: "Judges a text from standard input and says which rules fired.",
        discussion: "Example: echo 'my card is 4111 1111 1111 1111' | moderation-admin judge --organisation ID")
    static let service = PeerName.moderation
    @OptionGroup var admin: AdminOptions

    @Option(help: "The organisation whose policy is used.")
    var organisation: OrganisationID

    @Option(help: "input, output or document.")
    var direction = "input"

    func validate() throws {
        guard Self.directions[direction] != nil else {
            throw ValidationError("--direction is input, output or document.")
        }
    }

    private static let directions: [String: Direction] = [
        "input": .input, "output": .output, "document": .document,
    ]

    func perform(_ session: AdminSession) async throws {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        let verdict = try await session.ask(
            ModerationAdminMethods.explainText,
            ExplainTextRequest(
                organisationID: organisation, text: text, direction: Self.directions[direction] ?? .input))
        let action =
            switch verdict.action {
            case .allow: "allow"
            case .redact: "redact"
            case .block: "block"
            default: "unknown"
            }
        session.show([
            ("action", .text(action)), ("reasons", .list(verdict.reasons)),
            ("redactions", .list(verdict.redactions.map { "\($0.startByte)-\($0.endByte) \($0.kind)" })),
            ("policy_version", .number(Int64(verdict.policyVersion))),
        ])
    }
}
