// SPDX-License-Identifier: Apache-2.0

import Clients
import GatewayDomain
import HTTPEdge
import Messages
import NIOCore
import Primitives

extension GatewayService {
    /// `POST /v1/embeddings`.
    func embed(_ call: PublicCall) async throws -> HTTPResponse {
        try call.requireJSON()
        let body = try await call.request.body(atMost: settings.maximumBodyBytes)
        let request = try body.withUnsafeReadableBytes { try EmbeddingsRequest(body: $0) }
        let turn = try turnID(call)
        call.notes.note {
            $0.turn = turn
            $0.model = request.model
        }
        // A token has about four bytes; the fleet counts properly.
        let bytes = request.inputs.reduce(0) { $0 + $1.utf8.count }
        try await admission.admit(
            call, turn: turn, kind: .embeddings, estimatedTokens: UInt32(clamping: bytes / 4 + request.inputs.count))
        let context = call.context(within: Self.patience, at: time.now())
        let reply = try await bulkOrchestrator.embed(
            EmbedRequest(model: request.model, texts: request.inputs), context)
        guard reply.embeddings.count == request.inputs.count else {
            throw Failure(
                .internal, "Something went wrong on our side.", reason: "internal",
                detail: "\(reply.embeddings.count) embeddings came for \(request.inputs.count) texts")
        }
        call.notes.note { $0.usage = TokenUsage(prompt: reply.promptTokens, cached: 0, completion: 0) }
        var answer = EmbeddingsAnswer(
            model: request.model, vectors: reply.embeddings.map(\.values), promptTokens: reply.promptTokens,
            encoding: request.encoding)
        if let dimensions = request.dimensions { try answer.shorten(to: dimensions) }
        return .json(ByteBuffer(bytes: answer.json()))
    }
}
