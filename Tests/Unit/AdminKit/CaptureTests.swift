// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import NIOCore
import Primitives
import TestKit
import Testing

@testable import AdminKit

/// Goal: what a call says on the wire can be kept and shown. Method: `call --capture` against a server over TLS, then
/// `wire-dump` of what it wrote.
@Suite(.timeLimit(.minutes(1))) struct CaptureTests {
    private let fixture: CallFixture
    private let folder: URL

    init() throws {
        fixture = try CallFixture()
        folder = FileManager.default.temporaryDirectory.appending(path: "parley-capture-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func dump(_ file: String, _ words: String...) throws -> (status: Int32, lines: Lines) {
        let lines = Lines()
        let status = try WireDumpCommand<SampleTool>.parse([file] + words).status { lines.write($0, $1) }
        return (status, lines)
    }

    @Test func aStreamIsKeptAndShown() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // Left behind it harms nobody.
        let file = folder.appending(path: "a.cap").path
        let called = try await fixture.run(
            CallFixture.generate + ["--apply", "--capture", file, "--request-id", "r-1"], as: "orchestrator")
        #expect(called.status == AdminExit.ok, "\(called.lines.error)")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let shown = try dump(file)
        #expect(shown.status == AdminExit.ok, "\(shown.lines.error)")
        let lines = shown.lines.output.split(separator: "\n").map(String.init)
        #expect(!shown.lines.output.contains("!"), "\(shown.lines.output)")
        #expect(!shown.lines.output.contains("Grüß"))
        #expect(lines.count { $0.contains(" PREFACE ") } == 2)
        #expect(lines.contains { $0.contains("-> OPEN #1 modelworker.Generate") && $0.contains("request_id=r-1") })
        #expect(lines.contains { $0.contains("<- DATA #1") && $0.contains("seq=0 count=2 text_octets=6 ids=yes") })
        #expect(lines.contains { $0.contains("<- END #1 modelworker.Generate length=0 status=ok") })
        let json = try dump(file, "--payload", "json", "--type", "data", "--method", "modelworker.Generate", "--json")
        let objects = try json.lines.output.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        #expect(objects.compactMap { $0?["text"] as? String } == ["Grüß", " Gott"])
        #expect(objects.count == 4 && objects.first??["message"] is [String: Any])
        #expect(try dump(file, "--stream", "9").lines.output == "")
        #expect(throws: (any Error).self) { try dump(file, "--type", "opne") }
    }

    @Test func metadataIsTheIdsAndNoValues() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // Left behind it harms nobody.
        let file = folder.appending(path: "d.cap").path
        let id = CallFixture.id
        let called = try await fixture.run([
            "moderation.ExplainText", #"{"organisationId":"\#(id)","text":"quiet"}"#, "--organisation", id, "--project",
            id, "--user", id, "--scopes", "chat:write", "--metadata", "pair=hush", "--capture", file,
        ])
        #expect(called.status == AdminExit.ok, "\(called.lines.error)")
        let told = try dump(file).lines.output
        #expect(told.contains("organisation=\(id) project=\(id) user=\(id) plan=free scopes=chat:write pairs=pair "))
        #expect(!told.contains("hush") && !told.contains("quiet") && !told.contains("!"), "\(told)")
        let json = try dump(file, "--payload", "json", "--type", "open,end").lines.output
        #expect(json.contains(#"message={"organisationId":"\#(id)","text":"quiet"}"#), "\(json)")
        #expect(json.contains(#""text":"quiet""#), "\(json)")
        #expect(!(try dump(file, "--payload", "none").lines.output.contains("message_octets")))
    }

    @Test func bothWaysAreKept() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // Left behind it harms nobody.
        let file = folder.appending(path: "e.cap").path
        let requests = "{\"start\":{\"direction\":1}}\n{\"chunk\":{\"text\":\"abc\"}}"
        let called = try await fixture.run(
            ["moderation.JudgeStream", requests, "--capture", file], as: "orchestrator")
        #expect(called.status == AdminExit.ok, "\(called.lines.error)")
        let lines = try dump(file, "--stream", "1", "--payload", "json").lines.output.split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("  !") }, "\(lines)")
        #expect(lines.count { $0.contains("-> DATA #1 moderation.JudgeStream") } == 2)
        #expect(lines.count { $0.contains("<- DATA #1 moderation.JudgeStream") } == 2)
        #expect(lines.count { $0.contains("-> END #1") } == 1)
        #expect(lines.last?.contains("<- END #1 moderation.JudgeStream length=0 status=ok") == true)
    }

    @Test func aFailureIsKeptAndNoFileIsWrittenOver() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // Left behind it harms nobody.
        let file = folder.appending(path: "b.cap").path
        let words = ["moderation.ExplainText", #"{"organisationId":"\#(CallFixture.id)"}"#, "--capture", file]
        #expect(try await fixture.run(words).status == 105)
        let before = try Data(contentsOf: URL(filePath: file))
        let shown = try dump(file, "--type", "end").lines.output
        #expect(shown.contains("status=not_found reason=no_text says=\"No text.\""), "\(shown)")
        let again = try await fixture.run(words)
        #expect(again.status == AdminExit.usage)
        #expect(again.lines.error.contains("is there already"))
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
        try before.dropLast(3).write(to: URL(filePath: file))
        let cut = try dump(file)
        #expect(cut.status == AdminExit.badData)
        #expect(cut.lines.output.contains("OPEN #1"))
        #expect(cut.lines.error.contains("cut off within a record"))
        #expect(try dump(folder.appending(path: "none").path).status == AdminExit.usage)
    }

    @Test func aCaptureHasAnEnd() throws {
        defer { try? FileManager.default.removeItem(at: folder) }  // Left behind it harms nobody.
        let file = folder.appending(path: "c.cap").path
        let writer = try CaptureWriter(file, limit: 100)
        writer.connected()
        writer.sent(ByteBuffer(repeating: 1, count: 40))
        #expect(writer.note == nil)
        writer.received(ByteBuffer(repeating: 1, count: 40))
        writer.sent(ByteBuffer(repeating: 1, count: 1))
        #expect(writer.note?.contains("100 octets") == true)
        #expect(try Data(contentsOf: URL(filePath: file)).count == 80)
    }
}
