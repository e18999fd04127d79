// SPDX-License-Identifier: Apache-2.0

import Messages
import RetrieverService
import Testing

@Suite struct GetIngestionTests {
    @Test func statesAreCountedOverAllOrganisations() async throws {
        try await RetrieverFixture.use { fixture in
            _ = try await fixture.upload(id: fixture.file(51), fixture.context(1))
            _ = try await fixture.upload(id: fixture.file(52), fixture.context(2))
            try await fixture.ingestAll(until: .searchable, fixture.file(51), fixture.context(1))
            try await fixture.ingestAll(until: .searchable, fixture.file(52), fixture.context(2))
            let counted = try await fixture.service.getIngestion(GetIngestionRequest(), fixture.context(1))
            #expect(counted.searchable == 2)
            #expect(counted.stored + counted.chunked + counted.failed == 0)
            #expect(counted.passages >= 2)
        }
    }
}
