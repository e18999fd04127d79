// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import Testing

@Suite struct IngestFileTests {
    @Test func aRetriedUploadIsOneFileAndAnotherContentIsRefused() async throws {
        try await RetrieverFixture.use { fixture in
            let file = FileID(UUIDv7(high: 4, low: 2))
            _ = try await fixture.upload(id: file, fixture.context(1))
            _ = try await fixture.upload(id: file, fixture.context(1))
            let listed = try await fixture.gateway.listFiles(ListFilesRequest(), fixture.context(1))
            #expect(listed.files.count == 1)
            let failure = await #expect(throws: Failure.self) {
                try await fixture.upload("something else", id: file, fixture.context(1))
            }
            #expect(failure?.code == .alreadyExists)
            // What was refused has not touched what was there.
            try await fixture.ingestAll(until: .searchable, file, fixture.context(1))
            let found = try await fixture.orchestrator.findPassages(
                FindPassagesRequest(query: "keeper"), fixture.context(1))
            #expect(found.passages.first?.text.contains("keeper") == true)
        }
    }

    @Test func wrongFilesAreRefusedClearly() async throws {
        try await RetrieverFixture.use { fixture in
            for (text, announced) in [("", 0), ("short", 9), ("a\u{0}b", 3)] {
                let failure = await #expect(throws: Failure.self) {
                    try await fixture.upload(
                        text, id: FileID(UUIDv7(high: 4, low: 3)), fixture.context(1), announced: announced)
                }
                #expect(failure?.code == .invalidArgument)
                #expect(failure?.reason == "invalid_file")
            }
        }
    }
}
