// SPDX-License-Identifier: Apache-2.0

import Clients
import GatewayDomain
import HTTPEdge
import Messages
import NIOCore
import Primitives

extension GatewayService {
    /// `POST /v1/conversations`.
    func createConversation(_ call: PublicCall) async throws -> HTTPResponse {
        try call.requireJSON()
        let body = try await call.request.body(atMost: settings.maximumBodyBytes)
        let request = try body.withUnsafeReadableBytes { try ConversationRequest(body: $0) }
        let context = call.context(within: Self.patience, at: time.now())
        let reply = try await orchestrator.createConversation(
            CreateConversationRequest(
                conversationID: identifiers.make(), title: request.title, metadataJSON: request.metadataJSON), context)
        return Self.answer(reply)
    }

    /// `GET /v1/conversations`: the caller's, newest first. OpenAI has no such list; ours looks like its others.
    func listConversations(_ call: PublicCall) async throws -> HTTPResponse {
        let page = try PageRequest(call.request)
        let after = try page.after.map { try Self.conversationID($0) }
        let context = call.context(within: Self.patience, at: time.now())
        let reply = try await orchestrator.listConversations(
            ListConversationsRequest(limit: page.limit, afterConversationID: after), context)
        return .list(
            reply.conversations, hasMore: reply.hasMore, first: reply.conversations.first?.publicID,
            last: reply.conversations.last?.publicID
        ) { $0.write(&$1) }
    }

    /// `GET /v1/conversations/{id}`.
    func getConversation(_ call: PublicCall) async throws -> HTTPResponse {
        let id = try Self.conversationID(call.parameters["id"])
        let context = call.context(within: Self.patience, at: time.now())
        return Self.answer(
            try await orchestrator.getConversation(GetConversationRequest(conversationID: id), context))
    }

    /// `DELETE /v1/conversations/{id}`.
    func deleteConversation(_ call: PublicCall) async throws -> HTTPResponse {
        let id = try Self.conversationID(call.parameters["id"])
        let context = call.context(within: Self.patience, at: time.now())
        _ = try await orchestrator.deleteConversation(DeleteConversationRequest(conversationID: id), context)
        return .deleted(PublicID<ConversationKind>.conversation.text(id), object: "conversation.deleted")
    }

    /// `GET /v1/conversations/{id}/items`: oldest first.
    func listItems(_ call: PublicCall) async throws -> HTTPResponse {
        let id = try Self.conversationID(call.parameters["id"])
        let page = try PageRequest(call.request)
        // OpenAI's default is newest first; we serve one order and say so rather than mislabel it.
        guard (call.request.query("order") ?? "asc") == "asc" else {
            throw RequestRefusal(
                "Invalid 'order': only 'asc' is supported.", parameter: "order", code: "invalid_value")
        }
        let after = try page.after.map { text in
            guard let item = PublicID<ItemKind>.item.read(text) else {
                throw RequestRefusal(
                    "Invalid 'after': expected an id that starts with 'msg_'.", parameter: "after",
                    code: "invalid_value")
            }
            return item
        }
        let context = call.context(within: Self.patience, at: time.now())
        let reply = try await orchestrator.listItems(
            ListItemsRequest(conversationID: id, limit: page.limit, afterItemID: after), context)
        return .list(
            reply.items, hasMore: reply.hasMore, first: reply.items.first?.publicID, last: reply.items.last?.publicID
        ) { $0.write(&$1) }
    }

    private static func conversationID(_ text: String?) throws -> ConversationID {
        guard let text, let id = PublicID<ConversationKind>.conversation.read(text) else {
            throw PublicError.notFound("conversation")
        }
        return id
    }

    private static func answer(_ conversation: ConversationReply) -> HTTPResponse {
        var writer = JSONWriter()
        conversation.write(&writer)
        return .json(ByteBuffer(bytes: writer.bytes))
    }
}

extension ConversationReply {
    fileprivate var publicID: String { PublicID<ConversationKind>.conversation.text(conversationID) }

    fileprivate func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", publicID)
            writer.member("object", "conversation")
            writer.member("created_at", createdAtUs / 1_000_000)
            // JSON of our own making comes back as it was stored.
            writer.name("metadata")
            writer.raw(metadataJSON.isEmpty ? Array("{}".utf8) : metadataJSON)
            writer.member(
                "parley",
                object: { writer in
                    writer.member("title", title)
                    writer.member("updated_at", updatedAtUs / 1_000_000)
                })
        }
    }
}

extension ItemReply {
    fileprivate var publicID: String { PublicID<ItemKind>.item.text(itemID) }

    fileprivate func write(_ writer: inout JSONWriter) {
        let isAnswer = role == "assistant"
        writer.object { writer in
            writer.member("type", "message")
            writer.member("id", publicID)
            writer.member("status", finishReason == "cancelled" || finishReason == "error" ? "incomplete" : "completed")
            writer.member("role", role)
            writer.member(
                "content",
                array: { writer in
                    writer.item()
                    writer.object { writer in
                        writer.member("type", isAnswer ? "output_text" : "input_text")
                        writer.member("text", content)
                        if isAnswer { writer.member("annotations", array: writeAnnotations) }
                        if isAnswer { writer.member("logprobs", array: { _ in }) }
                    }
                })
            writer.member(
                "parley",
                object: { writer in
                    writer.member("created_at", createdAtUs / 1_000_000)
                    writer.member("model", model)
                    writer.member("finish_reason", finishReason)
                    writer.member(
                        "citations",
                        array: { writer in
                            for citation in citations {
                                writer.item()
                                CitedPassage(citation).write(&writer)
                            }
                        })
                })
        }
    }

    private func writeAnnotations(_ writer: inout JSONWriter) {
        for citation in citations {
            writer.item()
            writer.object { writer in
                writer.member("type", "file_citation")
                writer.member("file_id", PublicID<FileKind>.file.text(citation.fileID))
                // Where in the answer: at its end, as the model does not say more.
                writer.member("index", content.count)
                writer.member("filename", citation.filename)
            }
        }
    }
}
