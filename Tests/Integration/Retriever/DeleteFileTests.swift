// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import Testing

@Suite struct DeleteFileTests {
    @Test func whatIsDeletedIsGoneOnce() async throws {
        try await RetrieverFixture.use { fixture in
            _ = try await fixture.upload(id: fixture.file(31), fixture.context(1))
            let request = DeleteFileRequest(fileID: fixture.file(31))
            let foreign = await #expect(throws: Failure.self) {
                try await fixture.gateway.deleteFile(request, fixture.context(2))
            }
            #expect(foreign?.code == .notFound)
            _ = try await fixture.gateway.deleteFile(request, fixture.context(1))
            let again = await #expect(throws: Failure.self) {
                try await fixture.gateway.deleteFile(request, fixture.context(1))
            }
            #expect(again?.code == .notFound)
        }
    }
}
