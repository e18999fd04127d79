// SPDX-License-Identifier: Apache-2.0

import GatewayService
import Messages
import Primitives
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FilesTests {
    private func form(_ parts: [(String, String)]) -> String {
        parts.map { head, content in "--XX\r\nContent-Disposition: form-data; \(head)\r\n\r\n\(content)\r\n" }.joined()
            + "--XX--\r\n"
    }

    private func upload(_ gateway: GatewayFixture, _ parts: [(String, String)]) async throws -> Answer {
        try await gateway.send(
            "POST", "/v1/files", ["content-type": "multipart/form-data; boundary=XX"], body: form(parts))
    }

    /// Clients disagree on the order: curl sends what its user typed, the Node client sends the file first.
    @Test(arguments: [false, true])
    func fileArrivesWholeWhateverTheOrder(_ isFileFirst: Bool) async throws {
        let gateway = try await GatewayFixture()
        let seen = Mutex<(IngestFileStart, [UInt8])?>(nil)
        let ingest = gateway.doubles.now.ingest
        gateway.doubles.change {
            $0.ingest = { start, bytes in
                seen.withLock { $0 = (start, bytes) }
                return try await ingest(start, bytes)
            }
        }
        let content = String(repeating: "A line of the file.\r\n", count: 20_000)
        let purpose = ("name=\"purpose\"", "assistants")
        let file = ("name=\"file\"; filename=\"notes.md\"", content)
        let answer = try await upload(gateway, isFileFirst ? [file, purpose] : [purpose, file])
        #expect(answer.status == 200)
        #expect(answer.body.hasPrefix(#"{"id":"file-"#))
        #expect(answer.body.contains(#""filename":"notes.md","purpose":"assistants","status":"uploaded""#))
        let (start, bytes) = try #require(seen.withLock { $0 })
        #expect(bytes == Array(content.utf8))
        #expect(start.mediaType == "text/markdown" && start.sizeBytes == UInt64(content.utf8.count))
    }

    @Test func incompleteFormsAreRefused() async throws {
        let gateway = try await GatewayFixture()
        let noFile = try await upload(gateway, [("name=\"purpose\"", "assistants")])
        #expect(noFile.status == 400 && noFile.body.contains("Missing required parameter: 'file'."))
        let noPurpose = try await upload(gateway, [("name=\"file\"; filename=\"a.txt\"", "x")])
        #expect(noPurpose.status == 400 && noPurpose.body.contains("Missing required parameter: 'purpose'."))
        let cut = try await gateway.send(
            "POST", "/v1/files", ["content-type": "multipart/form-data; boundary=XX"], body: "--XX\r\n")
        #expect(cut.status == 400 && cut.body.contains("invalid_multipart"))
        #expect(try await gateway.send("POST", "/v1/files", body: "{}").status == 415)
    }

    @Test func fileThatIsTooLargeIsRefused() async throws {
        var settings = PublicSettings()
        settings.maximumFileBytes = 1_024
        let gateway = try await GatewayFixture(settings: settings)
        let answer = try await upload(
            gateway,
            [
                ("name=\"purpose\"", "assistants"),
                ("name=\"file\"; filename=\"a.txt\"", String(repeating: "x", count: 1_025)),
            ])
        #expect(answer.status == 413)
    }

    @Test func statesAreOpenAIsThreeWords() async throws {
        let gateway = try await GatewayFixture()
        let file = FileID(ServiceDoubles.user.uuid)
        for (state, word) in [
            (FileState.stored, "uploaded"), (.chunked, "uploaded"), (.searchable, "processed"), (.failed, "error"),
        ] {
            gateway.doubles.change {
                $0.getFile = { _, _ in
                    FileReply(fileID: file, state: state, failureReason: state == .failed ? "not text" : nil)
                }
            }
            let answer = try await gateway.send("GET", "/v1/files/\(file)")
            #expect(answer.body.contains(#""status":"\#(word)""#))
            #expect(answer.body.contains(#""status_details":"not text""#) == (state == .failed))
        }
    }
}
