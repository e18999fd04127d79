// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import Testing

@Suite struct ListFilesTests {
    @Test func filesComeNewestFirstInPages() async throws {
        try await RetrieverFixture.use { fixture in
            for number: UInt64 in 21...23 {
                _ = try await fixture.upload("text \(number)", id: fixture.file(number), fixture.context(1))
            }
            let first = try await fixture.gateway.listFiles(ListFilesRequest(limit: 2), fixture.context(1))
            #expect(first.files.map(\.fileID) == [fixture.file(23), fixture.file(22)])
            #expect(first.hasMore)
            let second = try await fixture.gateway.listFiles(
                ListFilesRequest(limit: 2, afterFileID: fixture.file(22)), fixture.context(1))
            #expect(second.files.map(\.fileID) == [fixture.file(21)])
            #expect(!second.hasMore)
        }
    }
}
