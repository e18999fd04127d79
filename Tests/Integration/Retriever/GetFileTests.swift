// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import Testing

@Suite struct GetFileTests {
    @Test func aFileIsSeenByItsOrganisationOnly() async throws {
        try await RetrieverFixture.use { fixture in
            _ = try await fixture.upload(id: fixture.file(11), fixture.context(1))
            let request = GetFileRequest(fileID: fixture.file(11))
            #expect(try await fixture.gateway.getFile(request, fixture.context(1)).filename == "a.md")
            let failure = await #expect(throws: Failure.self) {
                try await fixture.gateway.getFile(request, fixture.context(2))
            }
            #expect(failure?.code == .notFound)
        }
    }
}
