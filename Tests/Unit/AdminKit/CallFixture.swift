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
import Transport

@testable import AdminKit

struct SampleTool: AdminTool {
    static let service = PeerName.moderation
    static let configuration = CommandConfiguration(commandName: "moderation-admin", subcommands: verbs([]))
}

/// Takes what a tool prints.
final class Lines: Sendable {
    private let text = Mutex<(output: String, error: String)>(("", ""))
    var output: String { text.withLock { $0.output } }
    var error: String { text.withLock { $0.error } }
    func write(_ more: String, _ stream: AdminReport.Stream) {
        text.withLock { if stream == .output { $0.output += more } else { $0.error += more } }
    }
}

/// A server over TLS with methods of every kind, and `call` as a person runs it.
struct CallFixture {
    static let id = "0190c42a-b1c8-7d03-a000-000000000002"
    static let generate = ["modelworker.Generate", #"{"turnId":"\#(id)","sampling":{}}"#]

    private let authority: TestAuthority
    private let server: TLSIdentity

    init() throws {
        authority = try TestAuthority()
        server = try authority.identity("moderation", "model-worker")
    }

    private func table() -> MethodTable {
        var table = MethodTable()
        table.unary(ModerationAdminMethods.explainText) { request, context in
            guard !request.text.isEmpty else { throw Failure(.notFound, "No text.", reason: "no_text") }
            let who = context.principal.map { "\($0.user)" } ?? "nobody"
            return Verdict(action: .allow, reasons: [request.text, who, context.metadata["a"] ?? ""])
        }
        table.unary(ModerationAdminMethods.blockPhrase) { _, _ in BlockPhraseReply(policyVersion: 7) }
        table.unary(ModerationMethods.judgeText) { _, _ in Verdict() }
        table.bidirectional(ModerationMethods.judgeStream) { _, reader, writer in
            var released: UInt64 = 0
            while case .event(let input)? = try await reader.next() {
                guard case .chunk(let chunk)? = input.kind else {
                    try await writer.send(JudgeStreamOutput(failMode: .open))
                    continue
                }
                released += UInt64(chunk.text.utf8.count)
                try await writer.send(JudgeStreamOutput(releasedUpTo: released))
            }
        }
        table.serverStreaming(ModelWorkerMethods.watchLoad) { _, _, writer in
            for _ in 0..<2 { try await writer.send(LoadReport()) }
        }
        table.serverStreaming(ModelWorkerMethods.generate) { _, _, writer in
            try await writer.send(GenerateEvent(kind: .started(GenerateStarted(promptTokens: 3))))
            try await writer.send(TokenChunk(seq: 0, count: 2, text: "Grüß", ids: [7, 8]))
            try await writer.send(TokenChunk(seq: 2, count: 1, text: " Gott"))
            try await writer.send(
                GenerateEvent(kind: .finished(GenerateFinished(finishReason: "stop", usage: Usage()))))
        }
        return table
    }

    func run(
        _ words: [String], as caller: String = "moderation-admin"
    ) async throws -> (status: Int32, lines: Lines) {
        let server = RPCServer(
            table: table(), listen: ServiceAddress(host: "127.0.0.1", port: 0), tls: try .server(identity: server),
            group: MultiThreadedEventLoopGroup.singleton, drainTime: .zero,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try await server.bind().port ?? 0
        let own = try authority.identity(caller)
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
}
