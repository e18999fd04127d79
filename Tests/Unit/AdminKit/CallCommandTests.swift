// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Clients
import Foundation
import Logging
import Messages
import NIOCore
import NIOPosix
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport

@testable import AdminKit

private struct SampleTool: AdminTool {
    static let service = PeerName.moderation
    static let configuration = CommandConfiguration(commandName: "moderation-admin", subcommands: verbs([]))
}

/// Takes what a tool prints.
private final class Lines: Sendable {
    private let text = Mutex<(output: String, error: String)>(("", ""))
    var output: String { text.withLock { $0.output } }
    var error: String { text.withLock { $0.error } }
    func write(_ more: String, _ stream: AdminReport.Stream) {
        text.withLock { if stream == .output { $0.output += more } else { $0.error += more } }
    }
}

/// Goal: any method can be called by its name, and what is wrong is told. Method: a server over TLS
/// with unary methods, and the verb as a person runs it.
@Suite(.timeLimit(.minutes(1))) struct CallCommandTests {
    private func table() -> MethodTable {
        var table = MethodTable()
        table.unary(ModerationAdminMethods.explainText) { request, context in
            guard !request.text.isEmpty else { throw Failure(.notFound, "No text.", reason: "no_text") }
            let who = context.principal.map { "\($0.user)" } ?? "nobody"
            return Verdict(action: .allow, reasons: [request.text, who, context.metadata["a"] ?? ""])
        }
        table.unary(ModerationAdminMethods.blockPhrase) { _, _ in BlockPhraseReply(policyVersion: 7) }
        table.unary(ModerationMethods.judgeText) { _, _ in Verdict() }
        return table
    }

    private func run(_ words: [String]) async throws -> (status: Int32, lines: Lines) {
        let authority = try TestAuthority()
        let server = RPCServer(
            table: table(), listen: ServiceAddress(host: "127.0.0.1", port: 0),
            tls: try .server(identity: try authority.identity("moderation")),
            group: MultiThreadedEventLoopGroup.singleton, drainTime: .zero,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try await server.bind().port ?? 0
        let own = try authority.identity("moderation-admin")
        let lines = Lines()
        let command = try CallCommand<SampleTool>.parse(
            words + [
                "--address", "127.0.0.1:\(port)", "--certificate", own.certificateFile, "--key", own.keyFile,
                "--authority", own.authorityFile,
            ])
        let status = await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run() }  // Ends by cancellation, which is no failure of the test.
            let status = await CallCommand<SampleTool>.status(
                of: command, environment: [:], write: { lines.write($0, $1) })
            group.cancelAll()
            return status
        }
        return (status, lines)
    }

    private static let id = "0190c42a-b1c8-7d03-a000-000000000002"

    @Test func answersAreJSONAndCarryWhatWasGiven() async throws {
        let (status, lines) = try await run([
            "moderation.ExplainText", #"{"organisationId":"\#(Self.id)","text":"hé"}"#, "--organisation", Self.id,
            "--project", Self.id, "--user", Self.id, "--metadata", "a=b=c", "--verbose",
        ])
        #expect(status == AdminExit.ok, "\(lines.error)")
        #expect(
            lines.output == #"{"action":"VERDICT_ACTION_ALLOW","reasons":["hé","\#(Self.id)","b=c"]}"# + "\n")
        #expect(lines.error.contains("ok after"))
    }

    @Test func refusalsHaveTheStatusOfTheirCode() async throws {
        let refused = try await run(["moderation.ExplainText", #"{"organisationId":"\#(Self.id)"}"#])
        #expect(refused.status == 105)
        #expect(refused.lines.error.contains("No text. (not_found, no_text)"))
        let stranger = try await run(["moderation.JudgeText", "{}"])
        #expect(stranger.status == 107)
        #expect(stranger.lines.error.contains("moderation.JudgeText is for orchestrator, retriever; the certificate"))
    }

    @Test func whatMayChangeSomethingIsADryRunFirst() async throws {
        let words = ["moderation.BlockPhrase", #"{"organisationId":"\#(Self.id)","phrase":"x"}"#]
        let dry = try await run(words)
        #expect(dry.status == AdminExit.ok)
        #expect(dry.lines.output.contains(#""dry_run":true,"action":"moderation.BlockPhrase","request":{"#))
        let done = try await run(words + ["--apply"])
        #expect(done.lines.output == "{\"policyVersion\":7}\n")
        #expect(done.lines.error.contains(#""audit":"after""#))
    }

    @Test func wrongRequestsAreNotSent() async throws {
        let unknown = try await run(["moderation.ExplainTex", "{}"])
        #expect(unknown.status == AdminExit.usage)
        #expect(unknown.lines.error.contains("Did you mean moderation.ExplainText?"))
        let wrong = try await run(["moderation.ExplainText", #"{"text":1}"#])
        #expect(wrong.status == AdminExit.usage)
        #expect(wrong.lines.error == "text: expected a string, found an integer\n")
    }

    @Test func everyMethodHasItsServiceAndIsDescribed() throws {
        for method in MethodCatalogue.all {
            #expect(method.service != nil, "\(method.name)")
            let lines = Lines()
            try MethodsCommand<SampleTool>.parse([method.name, "--json"]).show { lines.write($0, $1) }
            let object = try JSONSerialization.jsonObject(with: Data(lines.output.utf8)) as? [String: Any]
            #expect(object?["method"] as? String == method.name)
            try MethodsCommand<SampleTool>.parse([method.name]).show { lines.write($0, $1) }
            #expect(lines.output.contains("request \(method.request.messageName)"))
        }
    }

    @Test func completionKnowsTheMethods() {
        for shell in [CompletionShell.bash, .zsh, .fish] {
            #expect(SampleTool.completionScript(for: shell).contains("orchestrator.ListModels"))
        }
    }
}
