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

/// Goal: any method can be called by its name, and what is wrong is told. Method: a server over TLS
/// with unary methods, and the verb as a person runs it.
@Suite(.timeLimit(.minutes(1))) struct CallCommandTests {
    private let fixture: CallFixture

    init() throws { fixture = try CallFixture() }

    private func run(_ words: [String]) async throws -> (status: Int32, lines: Lines) { try await fixture.run(words) }

    private static let id = "0190c42a-b1c8-7d03-a000-000000000002"

    @Test func answersAreJSONAndCarryWhatWasGiven() async throws {
        let (status, lines) = try await run([
            "moderation.ExplainText", #"{"organisationId":"\#(Self.id)","text":"hé"}"#, "--organisation", Self.id,
            "--project", Self.id, "--user", Self.id, "--metadata", "a=b=c", "--verbose",
        ])
        #expect(status == AdminExit.ok, "\(lines.error)")
        #expect(
            lines.output == #"{"action":"VERDICT_ACTION_ALLOW","reasons":["hé","\#(Self.id)","b=c"]}"# + "\n")
        #expect(lines.error.contains("ok, received 1 of"))
    }

    @Test func refusalsHaveTheStatusOfTheirCode() async throws {
        let refused = try await run(["moderation.ExplainText", #"{"organisationId":"\#(Self.id)"}"#])
        #expect(refused.status == 105)
        #expect(refused.lines.error.contains("No text. (not_found, no_text)"))
        let stranger = try await run(["moderation.JudgeText", "{}"])
        #expect(stranger.status == 107)
        #expect(stranger.lines.error.contains("moderation.JudgeText is for orchestrator, retriever; the certificate"))
        #expect(stranger.lines.error.contains("carries moderation-admin."))
        let verbose = try await run(["moderation.JudgeText", "{}", "--verbose"])
        #expect(verbose.lines.error.contains("failed after"))
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

    @Test func theListIsWholeInEverySpelling() async throws {
        let lines = Lines()
        try MethodsCommand<SampleTool>.parse(["--json"]).show { lines.write($0, $1) }
        let all = try JSONSerialization.jsonObject(with: Data(lines.output.utf8)) as? [[String: Any]]
        #expect(all?.count == MethodCatalogue.all.count)
        #expect(all?.allSatisfy { $0["messages"] is [String: Any] } == true)
        let alias = Lines()
        let listing = try CallCommand<SampleTool>.parse(["--list", "--json"])
        #expect(
            await CallCommand<SampleTool>.status(of: listing, environment: [:], write: { alias.write($0, $1) }) == 0)
        #expect(alias.output == lines.output)
        #expect(throws: (any Error).self) { try CallCommand<SampleTool>.parse([]) }
    }

    @Test func streamsAreReadAsTheyCome() async throws {
        let load = try await fixture.run(["modelworker.WatchLoad", "{}"], as: "orchestrator")
        #expect(load.status == AdminExit.ok, "\(load.lines.error)")
        #expect(load.lines.output.split(separator: "\n").count == 2)
        let generated = try await fixture.run(CallFixture.generate + ["--apply"], as: "orchestrator")
        #expect(generated.status == AdminExit.ok, "\(generated.lines.error)")
        #expect(
            generated.lines.output.split(separator: "\n").map(String.init) == [
                #"{"started":{"promptTokens":3}}"#, #"{"@tokens":{"seq":0,"count":2,"text":"Grüß","ids":[7,8]}}"#,
                #"{"@tokens":{"seq":2,"count":1,"text":" Gott"}}"#, #"{"finished":{"finishReason":"stop","usage":{}}}"#,
            ])
        let dry = try await fixture.run(CallFixture.generate, as: "orchestrator")
        #expect(dry.lines.output.contains(#""dry_run":true"#))
    }

    @Test func bothWaysStream() async throws {
        let requests = "{\"start\":{\"direction\":1}}\n\n{\"chunk\":{\"text\":\"abc\",\"isLast\":true}}\n"
        let judged = try await fixture.run(["moderation.JudgeStream", requests], as: "orchestrator")
        #expect(judged.status == AdminExit.ok, "\(judged.lines.error)")
        #expect(
            judged.lines.output == "{\"failMode\":\"FAIL_MODE_OPEN\"}\n{\"releasedUpTo\":\"3\"}\n")
        let wrong = try await fixture.run(["moderation.JudgeStream", "{}\n{\"x\":1}"], as: "orchestrator")
        #expect(wrong.status == AdminExit.usage)
        #expect(wrong.lines.error.contains("request 2"))
    }

    @Test func completionKnowsTheMethods() {
        for shell in [CompletionShell.bash, .zsh, .fish] {
            #expect(SampleTool.completionScript(for: shell).contains("orchestrator.ListModels"))
        }
    }
}
