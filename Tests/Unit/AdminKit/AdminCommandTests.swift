// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Foundation
import Logging
import NIOCore
import NIOPosix
import Primitives
import RPC
import Synchronization
import TLS
import TestKit
import Testing
import Transport

/// A message with a bit of everything.
struct SampleRequest: BinaryMessage, Equatable {
    static let messageName = "test.Sample"
    var name: String
    var password = ""
    var count: Int32 = 0
    var digest: [UInt8]?
    var keyHash: [UInt8] = []
    var tags: [String] = []

    init(name: String) { self.name = name }
    init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        name = String(decoding: bytes, as: UTF8.self)
    }
    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Array(name.utf8).withUnsafeBytes(body)
    }
}

private let remove = Method<SampleRequest, SampleRequest>(
    id: 0x7101, name: "auth.Remove", kind: .unary, isIdempotent: false, deadline: .seconds(5), callers: [.auth.admin])
private let forbidden = Method<SampleRequest, SampleRequest>(
    id: 0x7102, name: "auth.Forbidden", kind: .unary, isIdempotent: false, deadline: .seconds(5), callers: [.gateway])

private struct RemoveThing: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "remove")
    static let service = PeerName.auth
    @OptionGroup var admin: AdminOptions
    @Argument var name: String
    @Flag var isForbidden = false

    func perform(_ session: AdminSession) async throws {
        let method = isForbidden ? forbidden : remove
        guard let reply = try await session.change(method, SampleRequest(name: name)) else { return }
        session.show([("removed", .text(reply.name))])
    }
}

/// Takes what a tool prints.
private final class Terminal: Sendable {
    private let text = Mutex<(output: String, error: String)>(("", ""))
    var output: String { text.withLock { $0.output } }
    var error: String { text.withLock { $0.error } }
    func write(_ more: String, _ stream: AdminReport.Stream) {
        text.withLock { if stream == .output { $0.output += more } else { $0.error += more } }
    }
}

/// Runs `body` with a server of two methods and the folder's certificates.
private func withService(
    _ removed: Removed, _ body: (_ options: [String]) async throws -> Void
) async throws {
    var table = MethodTable()
    table.unary(remove) { request, _ in
        if request.name == "missing" { throw Failure(.notFound, "Nothing by that name.", reason: "not_found") }
        removed.add(request.name)
        return request
    }
    table.unary(forbidden) { request, _ in request }
    let authority = try TestAuthority()
    let server = RPCServer(
        table: table, listen: ServiceAddress(host: "127.0.0.1", port: 0),
        tls: try .server(identity: try authority.identity("auth")), group: MultiThreadedEventLoopGroup.singleton,
        drainTime: .zero, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let port = try await server.bind().port ?? 0
    let own = try authority.identity("auth-admin")
    let options = [
        "--address", "127.0.0.1:\(port)", "--certificate", own.certificateFile, "--key", own.keyFile, "--authority",
        own.authorityFile,
    ]
    try await withThrowingTaskGroup { group in
        group.addTask { try? await server.run() }  // Ends by cancellation, which is no failure of the test.
        try await body(options)
        group.cancelAll()
    }
}

/// What the service was told to remove.
private final class Removed: Sendable {
    private let items = Mutex<[String]>([])
    var all: [String] { items.withLock { $0 } }
    func add(_ item: String) { items.withLock { $0.append(item) } }
}

@Suite(.timeLimit(.minutes(1))) struct AdminCommandTests {
    private func run(_ arguments: [String]) async throws -> (status: Int32, terminal: Terminal) {
        let terminal = Terminal()
        let command = try RemoveThing.parse(arguments)
        let status = await RemoveThing.status(of: command, environment: [:], write: { terminal.write($0, $1) })
        return (status, terminal)
    }

    /// Goal: what changes something changes nothing until it is told to.
    @Test func dryRunShowsTheRequestAndChangesNothing() async throws {
        let removed = Removed()
        try await withService(removed) { options in
            let (status, terminal) = try await run(["thing"] + options)
            #expect(status == AdminExit.ok)
            #expect(terminal.output.contains(#""dry_run":true,"action":"auth.Remove","request":{"name":"thing""#))
            #expect(terminal.error.contains("--apply"))
            #expect(removed.all.isEmpty)
        }
    }

    @Test func appliedChangeLeavesAuditLinesBeforeAndAfter() async throws {
        let removed = Removed()
        try await withService(removed) { options in
            let (status, terminal) = try await run(["thing", "--apply", "--json"] + options)
            #expect(status == AdminExit.ok)
            #expect(terminal.output == "{\"removed\":\"thing\"}\n")
            #expect(removed.all == ["thing"])
            let lines = try terminal.error.split(separator: "\n").map { line in
                try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            #expect(lines.map { $0["audit"] as? String } == ["before", "after"])
            #expect(lines[1]["outcome"] as? String == "ok")
            #expect(lines[0]["tool"] as? String == "auth-admin")
            #expect(lines[0]["request_id"] as? String == lines[1]["request_id"] as? String)
            #expect((lines[0]["request"] as? [String: Any])?["name"] as? String == "thing")
        }
    }

    @Test func refusalsAreToldWithAdviceAndAStatus() async throws {
        try await withService(Removed()) { options in
            let missing = try await run(["missing", "--apply"] + options)
            #expect(missing.status == AdminExit.refused)
            #expect(missing.terminal.error.contains("Nothing by that name. (not_found, not_found)"))
            #expect(missing.terminal.error.contains(#""outcome":"not_found""#))
            let forbidden = try await run(["x", "--apply", "--is-forbidden"] + options)
            #expect(forbidden.status == AdminExit.refused)
            #expect(forbidden.terminal.error.contains("must carry the name auth-admin"))
        }
    }

    @Test func anUnreachableServiceHasItsOwnStatus() async throws {
        try await withService(Removed()) { options in
            let port = try FreePort.find()
            let elsewhere = options.map { $0.hasPrefix("127.0.0.1:") ? "127.0.0.1:\(port)" : $0 }
            let (status, terminal) = try await run(["x", "--apply", "--timeout", "1"] + elsewhere)
            #expect(status == AdminExit.unreachable)
            #expect(terminal.error.contains("127.0.0.1:\(port)"))
        }
    }

    @Test func settingsComeFromAFileToo() async throws {
        let removed = Removed()
        try await withService(removed) { options in
            let folder = try TestFolder.make("admin")
            defer { TestFolder.remove(folder) }
            let file = """
                {"address": "\(options[1])", "log": {"level": "info"},
                 "tls": {"certificate": "\(options[3])", "key": "\(options[5])", "authority": "\(options[7])"}}
                """
            try TestFolder.write(file, to: folder + "/c.json")
            #expect(try await run(["a", "--apply", "--config", folder + "/c.json"]).status == AdminExit.ok)
            #expect(removed.all == ["a"])
        }
    }

    @Test func missingCertificatesAreSettingsProblems() async throws {
        let (status, terminal) = try await run(["x", "--address", "127.0.0.1:1"])
        #expect(status == AdminExit.usage)
        #expect(terminal.error.contains("tls.certificate"))
        #expect(terminal.error.contains("tls.authority"))
    }
}
