// SPDX-License-Identifier: Apache-2.0

import Clients
import Messages
import Primitives
import RPC
import Synchronization

/// The four services behind a gateway, each call a closure that a test may replace.
struct ServiceDoubles: Sendable {
    static let organisation = OrganisationID(UUIDv7(high: 0x0190_0000_0000_7000, low: 1 << 63 | 0xA))
    static let project = ProjectID(UUIDv7(high: 0x0190_0000_0000_7000, low: 1 << 63 | 0xB))
    static let user = UserID(UUIDv7(high: 0x0190_0000_0000_7000, low: 1 << 63 | 0xC))
    static let key = APIKeyID(UUIDv7(high: 0x0190_0000_0000_7000, low: 1 << 63 | 0xD))

    typealias Unary<Q, R> = @Sendable (Q, CallContext) async throws -> R

    var verifyKey: Unary<VerifyKeyRequest, VerifyKeyReply> = { _, _ in
        VerifyKeyReply(
            organisationID: organisation, projectID: project, userID: user, keyID: key, plan: "pro",
            scopes: [
                "chat:read", "chat:write", "chat:delete", "model:list", "embeddings:write", "files:read", "files:write",
                "files:delete",
            ], cacheMs: 5_000)
    }
    var login: Unary<LoginRequest, LoginReply> = { _, _ in throw ServiceDoubles.unexpected }
    var logout: Unary<LogoutRequest, LogoutReply> = { _, _ in LogoutReply() }
    var listSigningKeys: Unary<ListSigningKeysRequest, ListSigningKeysReply> = { _, _ in throw ServiceDoubles.unexpected
    }
    var touchSession: Unary<TouchSessionRequest, TouchSessionReply> = { _, _ in TouchSessionReply() }

    var admit: Unary<AdmitRequest, AdmitReply> = { _, _ in
        AdmitReply(isAllowed: true, limitRequests: 100, remainingRequests: 99, resetRequestsMs: 600)
    }

    var startTurn: @Sendable (StartTurnRequest, CallContext, StreamWriter<TurnEvent>) async throws -> Void = {
        request, _, writer in try await ServiceDoubles.say(["Hello", ", world"], request, writer)
    }
    var resumeTurn: @Sendable (ResumeTurnRequest, CallContext, StreamWriter<TurnEvent>) async throws -> Void = {
        _, _, _ in throw ServiceDoubles.unexpected
    }
    var embed: Unary<EmbedRequest, EmbedReply> = { request, _ in
        EmbedReply(embeddings: request.texts.map { _ in Embedding(values: [0.5, -1]) }, promptTokens: 7)
    }
    var rank: Unary<RankRequest, RankReply> = { request, _ in
        RankReply(scores: request.texts.map { Float($0.utf8.count) / 8 }, promptTokens: 9)
    }
    var listModels: Unary<ListModelsRequest, ListModelsReply> = { _, _ in
        ListModelsReply(models: [
            ModelRow(name: "tiny", kind: "chat", createdAtUs: 1_700_000_000_000_000, contextTokens: 2_048)
        ])
    }
    var createConversation: Unary<CreateConversationRequest, ConversationReply> = { request, _ in
        ConversationReply(
            conversationID: request.conversationID, title: request.title, createdAtUs: 1_700_000_000_000_000,
            updatedAtUs: 1_700_000_000_000_000, metadataJSON: request.metadataJSON ?? [])
    }
    var listConversations: Unary<ListConversationsRequest, ListConversationsReply> = { _, _ in
        throw ServiceDoubles.unexpected
    }
    var listItems: Unary<ListItemsRequest, ListItemsReply> = { _, _ in throw ServiceDoubles.unexpected }
    var deleteConversation: Unary<DeleteConversationRequest, DeleteConversationReply> = { _, _ in
        DeleteConversationReply()
    }

    var getFile: Unary<GetFileRequest, FileReply> = { _, _ in throw ServiceDoubles.unexpected }
    var listFiles: Unary<ListFilesRequest, ListFilesReply> = { _, _ in ListFilesReply() }
    var ingest: @Sendable (IngestFileStart, [UInt8]) async throws -> FileReply = { start, bytes in
        FileReply(
            fileID: start.fileID, filename: start.filename, mediaType: start.mediaType, purpose: start.purpose,
            sizeBytes: UInt64(bytes.count), state: .stored, createdAtUs: 1_700_000_000_000_000)
    }

    static let unexpected = Failure(.unimplemented, "No test said what this call answers.")

    /// A whole turn: started, one chunk for each piece, finished.
    static func say(
        _ pieces: [String], _ request: StartTurnRequest, _ writer: StreamWriter<TurnEvent>, finish: String = "stop"
    ) async throws {
        try await begin(request, writer)
        for (index, piece) in pieces.enumerated() {
            try await writer.send(TokenChunk(seq: UInt32(index * 2), count: 2, text: piece))
        }
        try await end(writer, finish)
    }

    static func begin(_ request: StartTurnRequest, _ writer: StreamWriter<TurnEvent>) async throws {
        try await writer.send(
            TurnEvent(
                kind: .started(
                    TurnStarted(
                        turnID: request.turnID, model: request.model, createdAtUs: 1_700_000_000_000_000,
                        conversationID: request.conversationID))))
    }

    static func end(_ writer: StreamWriter<TurnEvent>, _ reason: String) async throws {
        let usage = Usage(promptTokens: 12, cachedTokens: 8, completionTokens: 4)
        try await writer.send(TurnEvent(kind: .finished(TurnFinished(finishReason: reason, usage: usage))))
    }
}

/// The doubles as they are now; tests change them between requests.
final class DoublesBox: Sendable {
    private let doubles = Mutex(ServiceDoubles())

    func change(_ body: (inout sending ServiceDoubles) -> Void) { doubles.withLock { body(&$0) } }
    var now: ServiceDoubles { doubles.withLock { $0 } }

    /// One table for all four services: a client sees its own methods only.
    var table: MethodTable {
        var table = MethodTable()
        table.unary(AuthMethods.verifyKey) { try await self.now.verifyKey($0, $1) }
        table.unary(AuthMethods.login) { try await self.now.login($0, $1) }
        table.unary(AuthMethods.logout) { try await self.now.logout($0, $1) }
        table.unary(AuthMethods.listSigningKeys) { try await self.now.listSigningKeys($0, $1) }
        table.unary(AuthMethods.touchSession) { try await self.now.touchSession($0, $1) }
        table.unary(BillingMethods.admit) { try await self.now.admit($0, $1) }
        table.serverStreaming(OrchestratorMethods.startTurn) { try await self.now.startTurn($0, $1, $2) }
        table.serverStreaming(OrchestratorMethods.resumeTurn) { try await self.now.resumeTurn($0, $1, $2) }
        table.unary(OrchestratorMethods.embed) { try await self.now.embed($0, $1) }
        table.unary(OrchestratorMethods.rank) { try await self.now.rank($0, $1) }
        table.unary(OrchestratorMethods.listModels) { try await self.now.listModels($0, $1) }
        table.unary(OrchestratorMethods.createConversation) { try await self.now.createConversation($0, $1) }
        table.unary(OrchestratorMethods.listConversations) { try await self.now.listConversations($0, $1) }
        table.unary(OrchestratorMethods.listItems) { try await self.now.listItems($0, $1) }
        table.unary(OrchestratorMethods.deleteConversation) { try await self.now.deleteConversation($0, $1) }
        table.unary(RetrieverMethods.getFile) { try await self.now.getFile($0, $1) }
        table.unary(RetrieverMethods.listFiles) { try await self.now.listFiles($0, $1) }
        table.bidirectional(RetrieverMethods.ingestFile) { _, reader, writer in
            guard case .start(let start) = try await reader.nextEvent()?.kind else { throw ServiceDoubles.unexpected }
            var bytes: [UInt8] = []
            while case .content(let piece) = try await reader.nextEvent()?.kind { bytes += piece }
            try await writer.send(try await self.now.ingest(start, bytes))
        }
        return table
    }
}
