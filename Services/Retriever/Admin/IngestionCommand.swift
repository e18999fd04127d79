// SPDX-License-Identifier: Apache-2.0

import AdminKit
import ArgumentParser
import Clients
import Messages
import Primitives

struct IngestionCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingestion", abstract: "How many files stand in which state.")
    static let service = PeerName.retriever
    @OptionGroup var admin: AdminOptions

    func perform(_ session: AdminSession) async throws {
        let reply = try await session.ask(RetrieverAdminMethods.getIngestion, GetIngestionRequest())
        session.show([
            ("stored", .number(Int64(clamping: reply.stored))), ("chunked", .number(Int64(clamping: reply.chunked))),
            ("searchable", .number(Int64(clamping: reply.searchable))),
            ("failed", .number(Int64(clamping: reply.failed))), ("passages", .number(Int64(clamping: reply.passages))),
        ])
    }
}
