// SPDX-License-Identifier: Apache-2.0

import Messages
import Primitives
import RPC
import RetrieverService
import Testing

@Suite struct SearchPassagesTests {
    @Test func theOperatorSearchesAsTheOrganisation() async throws {
        try await RetrieverFixture.use { fixture in
            _ = try await fixture.upload(id: fixture.file(41), fixture.context(1))
            try await fixture.ingestAll(until: .searchable, fixture.file(41), fixture.context(1))
            let context = fixture.context(1)
            let organisation = try context.requirePrincipal().organisation
            let found = try await fixture.service.searchPassages(
                SearchPassagesRequest(organisationID: organisation, query: "bread oven"), context)
            #expect(found.passages.first?.text.contains("bakery") == true)
        }
    }
}
