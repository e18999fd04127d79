// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/retriever/v1/admin.proto. Do not edit: run `make proto`.

package import Primitives

package struct SearchPassagesRequest: Equatable, Sendable {
    package var organisationID: OrganisationID
    package var query: String
    package var limit: UInt32

    package init(organisationID: OrganisationID, query: String = "", limit: UInt32 = 0) {
        self.organisationID = organisationID
        self.query = query
        self.limit = limit
    }
}

package struct SearchPassagesReply: Equatable, Sendable {
    package var passages: [Citation]

    package init(passages: [Citation] = []) {
        self.passages = passages
    }
}

package struct GetIngestionRequest: Equatable, Sendable {
    package init() {}
}

package struct GetIngestionReply: Equatable, Sendable {
    package var stored: UInt64
    package var chunked: UInt64
    package var searchable: UInt64
    package var failed: UInt64
    package var passages: UInt64

    package init(
        stored: UInt64 = 0, chunked: UInt64 = 0, searchable: UInt64 = 0, failed: UInt64 = 0, passages: UInt64 = 0
    ) {
        self.stored = stored
        self.chunked = chunked
        self.searchable = searchable
        self.failed = failed
        self.passages = passages
    }
}
