// SPDX-License-Identifier: Apache-2.0

import Clients
import GatewayDomain
import HTTPEdge
import Messages
import NIOCore
import Primitives

extension GatewayService {
    /// `POST /v1/rerank`: let in, limited and counted as embeddings are.
    func rerank(_ call: PublicCall) async throws -> HTTPResponse {
        try call.requireJSON()
        let body = try await call.request.body(atMost: settings.maximumBodyBytes)
        let request = try body.withUnsafeReadableBytes { try RerankRequest(body: $0) }
        let turn = try turnID(call)
        call.notes.note {
            $0.turn = turn
            $0.model = request.model
        }
        // A cross-encoder reads the query with every document.
        let bytes = request.documents.reduce(0) { $0 + request.query.utf8.count + $1.utf8.count }
        try await admission.admit(
            call, turn: turn, kind: .embeddings,
            estimatedTokens: UInt32(clamping: bytes / 4 + request.documents.count))
        let context = call.context(within: Self.patience, at: time.now())
        let reply = try await bulkOrchestrator.rank(
            RankRequest(model: request.model, query: request.query, texts: request.documents), context)
        guard reply.scores.count == request.documents.count else {
            throw Failure(
                .internal, "Something went wrong on our side.", reason: "internal",
                detail: "\(reply.scores.count) scores came for \(request.documents.count) texts")
        }
        call.notes.note { $0.usage = TokenUsage(prompt: reply.promptTokens, cached: 0, completion: 0) }
        let answer = RerankAnswer(request, scores: reply.scores, promptTokens: reply.promptTokens)
        return .json(ByteBuffer(bytes: answer.json()))
    }
}
