// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/orchestrator/v1/orchestrator.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension RetrievalRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RetrievalRequest

    package static var messageName: String { "parley.orchestrator.v1.RetrievalRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__retrieval_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.fileIDs = try readIdentifiers(c.pointee.n_file_ids, c.pointee.file_ids, in: Self.self, "file_ids")
        self.limit = c.pointee.limit
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__retrieval_request__init(c)
        if !fileIDs.isEmpty {
            c.pointee.n_file_ids = fileIDs.count
            c.pointee.file_ids = arena.identifiers(fileIDs)
        }
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
    }
}

extension StartTurnRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__StartTurnRequest

    package static var messageName: String { "parley.orchestrator.v1.StartTurnRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__start_turn_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.messages = try readMessages(c.pointee.n_messages, c.pointee.messages, in: Self.self, "messages")
        self.conversationID = try readIdentifierIfPresent(c.pointee.has_conversation_id != 0, c.pointee.conversation_id, in: Self.self, "conversation_id")
        self.isStored = c.pointee.is_stored != 0
        self.sampling = try readMessage(c.pointee.sampling, in: Self.self, "sampling")
        self.maxCompletionTokens = c.pointee.has_max_completion_tokens != 0 ? c.pointee.max_completion_tokens : nil
        self.stop = try readTexts(c.pointee.n_stop, c.pointee.stop, in: Self.self, "stop")
        self.toolsJSON = c.pointee.has_tools_json != 0 ? readBytes(c.pointee.tools_json) : nil
        self.retrieval = try readMessageIfPresent(c.pointee.retrieval)
        self.mayBeKnown = c.pointee.may_be_known != 0
        self.topLogprobs = c.pointee.has_top_logprobs != 0 ? c.pointee.top_logprobs : nil
        self.toolChoice = try readTextIfPresent(c.pointee.tool_choice, in: Self.self, "tool_choice")
        self.toolName = try readTextIfPresent(c.pointee.tool_name, in: Self.self, "tool_name")
        self.parallelToolCalls = c.pointee.has_parallel_tool_calls != 0 ? c.pointee.parallel_tool_calls != 0 : nil
        self.responseFormatJSON = c.pointee.has_response_format_json != 0 ? readBytes(c.pointee.response_format_json) : nil
        self.isResumable = c.pointee.is_resumable != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__start_turn_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !messages.isEmpty {
            c.pointee.n_messages = messages.count
            c.pointee.messages = arena.messages(messages)
        }
        if let conversationID {
            c.pointee.has_conversation_id = 1
            c.pointee.conversation_id = arena.identifier(conversationID)
        }
        if isStored {
            c.pointee.has_is_stored = 1
            c.pointee.is_stored = isStored ? 1 : 0
        }
        c.pointee.sampling = arena.message(sampling)
        if let maxCompletionTokens {
            c.pointee.has_max_completion_tokens = 1
            c.pointee.max_completion_tokens = maxCompletionTokens
        }
        if !stop.isEmpty {
            c.pointee.n_stop = stop.count
            c.pointee.stop = arena.texts(stop)
        }
        if let toolsJSON {
            c.pointee.has_tools_json = 1
            c.pointee.tools_json = arena.bytes(toolsJSON)
        }
        if let retrieval {
            c.pointee.retrieval = arena.message(retrieval)
        }
        if mayBeKnown {
            c.pointee.has_may_be_known = 1
            c.pointee.may_be_known = mayBeKnown ? 1 : 0
        }
        if let topLogprobs {
            c.pointee.has_top_logprobs = 1
            c.pointee.top_logprobs = topLogprobs
        }
        if let toolChoice {
            c.pointee.tool_choice = arena.text(toolChoice)
        }
        if let toolName {
            c.pointee.tool_name = arena.text(toolName)
        }
        if let parallelToolCalls {
            c.pointee.has_parallel_tool_calls = 1
            c.pointee.parallel_tool_calls = parallelToolCalls ? 1 : 0
        }
        if let responseFormatJSON {
            c.pointee.has_response_format_json = 1
            c.pointee.response_format_json = arena.bytes(responseFormatJSON)
        }
        if isResumable {
            c.pointee.has_is_resumable = 1
            c.pointee.is_resumable = isResumable ? 1 : 0
        }
    }
}

extension TurnStarted: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__TurnStarted

    package static var messageName: String { "parley.orchestrator.v1.TurnStarted" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__turn_started() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.createdAtUs = c.pointee.created_at_us
        self.conversationID = try readIdentifierIfPresent(c.pointee.has_conversation_id != 0, c.pointee.conversation_id, in: Self.self, "conversation_id")
        self.route = try readTextIfPresent(c.pointee.route, in: Self.self, "route")
        self.routeReason = try readTextIfPresent(c.pointee.route_reason, in: Self.self, "route_reason")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__turn_started__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if let conversationID {
            c.pointee.has_conversation_id = 1
            c.pointee.conversation_id = arena.identifier(conversationID)
        }
        if let route {
            c.pointee.route = arena.text(route)
        }
        if let routeReason {
            c.pointee.route_reason = arena.text(routeReason)
        }
    }
}

extension TurnCitations: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__TurnCitations

    package static var messageName: String { "parley.orchestrator.v1.TurnCitations" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__turn_citations() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.citations = try readMessages(c.pointee.n_citations, c.pointee.citations, in: Self.self, "citations")
        self.isDegraded = c.pointee.is_degraded != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__turn_citations__init(c)
        if !citations.isEmpty {
            c.pointee.n_citations = citations.count
            c.pointee.citations = arena.messages(citations)
        }
        if isDegraded {
            c.pointee.has_is_degraded = 1
            c.pointee.is_degraded = isDegraded ? 1 : 0
        }
    }
}

extension TurnFinished: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__TurnFinished

    package static var messageName: String { "parley.orchestrator.v1.TurnFinished" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__turn_finished() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.finishReason = try readText(c.pointee.finish_reason, in: Self.self, "finish_reason")
        self.usage = try readMessage(c.pointee.usage, in: Self.self, "usage")
        self.chargedMicros = c.pointee.charged_micros
        self.currency = try readText(c.pointee.currency, in: Self.self, "currency")
        self.itemID = try readIdentifierIfPresent(c.pointee.has_item_id != 0, c.pointee.item_id, in: Self.self, "item_id")
        self.errorReason = try readTextIfPresent(c.pointee.error_reason, in: Self.self, "error_reason")
        self.errorMessage = try readTextIfPresent(c.pointee.error_message, in: Self.self, "error_message")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__turn_finished__init(c)
        if !finishReason.isEmpty {
            c.pointee.finish_reason = arena.text(finishReason)
        }
        c.pointee.usage = arena.message(usage)
        if chargedMicros != 0 {
            c.pointee.has_charged_micros = 1
            c.pointee.charged_micros = chargedMicros
        }
        if !currency.isEmpty {
            c.pointee.currency = arena.text(currency)
        }
        if let itemID {
            c.pointee.has_item_id = 1
            c.pointee.item_id = arena.identifier(itemID)
        }
        if let errorReason {
            c.pointee.error_reason = arena.text(errorReason)
        }
        if let errorMessage {
            c.pointee.error_message = arena.text(errorMessage)
        }
    }
}

extension TurnEvent: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__TurnEvent

    package static var messageName: String { "parley.orchestrator.v1.TurnEvent" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__turn_event() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        switch c.pointee.kind_case {
        case PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_STARTED:
            self.kind = .started(try readMessage(c.pointee.started, in: Self.self, "started"))
        case PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_CITATIONS:
            self.kind = .citations(try readMessage(c.pointee.citations, in: Self.self, "citations"))
        case PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_FINISHED:
            self.kind = .finished(try readMessage(c.pointee.finished, in: Self.self, "finished"))
        case PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_LOGPROBS:
            self.kind = .logprobs(try readMessage(c.pointee.logprobs, in: Self.self, "logprobs"))
        default: self.kind = nil
        }
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__turn_event__init(c)
        switch kind {
        case .started(let value):
            c.pointee.kind_case = PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_STARTED
            c.pointee.started = arena.message(value)
        case .citations(let value):
            c.pointee.kind_case = PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_CITATIONS
            c.pointee.citations = arena.message(value)
        case .finished(let value):
            c.pointee.kind_case = PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_FINISHED
            c.pointee.finished = arena.message(value)
        case .logprobs(let value):
            c.pointee.kind_case = PARLEY__ORCHESTRATOR__V1__TURN_EVENT__KIND_LOGPROBS
            c.pointee.logprobs = arena.message(value)
        case nil: break
        }
    }
}

extension ResumeTurnRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ResumeTurnRequest

    package static var messageName: String { "parley.orchestrator.v1.ResumeTurnRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__resume_turn_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
        self.afterSeq = c.pointee.after_seq
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__resume_turn_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        if afterSeq != 0 {
            c.pointee.has_after_seq = 1
            c.pointee.after_seq = afterSeq
        }
    }
}

extension CancelTurnRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__CancelTurnRequest

    package static var messageName: String { "parley.orchestrator.v1.CancelTurnRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__cancel_turn_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.turnID = try readIdentifier(c.pointee.has_turn_id != 0, c.pointee.turn_id, in: Self.self, "turn_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__cancel_turn_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
    }
}

extension CancelTurnReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__CancelTurnReply

    package static var messageName: String { "parley.orchestrator.v1.CancelTurnReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__cancel_turn_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.wasRunning = c.pointee.was_running != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__cancel_turn_reply__init(c)
        if wasRunning {
            c.pointee.has_was_running = 1
            c.pointee.was_running = wasRunning ? 1 : 0
        }
    }
}

extension EmbedRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__EmbedRequest

    package static var messageName: String { "parley.orchestrator.v1.EmbedRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__embed_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.texts = try readTexts(c.pointee.n_texts, c.pointee.texts, in: Self.self, "texts")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__embed_request__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !texts.isEmpty {
            c.pointee.n_texts = texts.count
            c.pointee.texts = arena.texts(texts)
        }
    }
}

extension Embedding: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__Embedding

    package static var messageName: String { "parley.orchestrator.v1.Embedding" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__embedding() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.values = readScalars(c.pointee.n_values, c.pointee.values)
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__embedding__init(c)
        if !values.isEmpty {
            c.pointee.n_values = values.count
            c.pointee.values = arena.scalars(values)
        }
    }
}

extension EmbedReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__EmbedReply

    package static var messageName: String { "parley.orchestrator.v1.EmbedReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__embed_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.embeddings = try readMessages(c.pointee.n_embeddings, c.pointee.embeddings, in: Self.self, "embeddings")
        self.promptTokens = c.pointee.prompt_tokens
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__embed_reply__init(c)
        if !embeddings.isEmpty {
            c.pointee.n_embeddings = embeddings.count
            c.pointee.embeddings = arena.messages(embeddings)
        }
        if promptTokens != 0 {
            c.pointee.has_prompt_tokens = 1
            c.pointee.prompt_tokens = promptTokens
        }
    }
}

extension RankRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RankRequest

    package static var messageName: String { "parley.orchestrator.v1.RankRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__rank_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.query = try readText(c.pointee.query, in: Self.self, "query")
        self.texts = try readTexts(c.pointee.n_texts, c.pointee.texts, in: Self.self, "texts")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__rank_request__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !query.isEmpty {
            c.pointee.query = arena.text(query)
        }
        if !texts.isEmpty {
            c.pointee.n_texts = texts.count
            c.pointee.texts = arena.texts(texts)
        }
    }
}

extension RankReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__RankReply

    package static var messageName: String { "parley.orchestrator.v1.RankReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__rank_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.scores = readScalars(c.pointee.n_scores, c.pointee.scores)
        self.promptTokens = c.pointee.prompt_tokens
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__rank_reply__init(c)
        if !scores.isEmpty {
            c.pointee.n_scores = scores.count
            c.pointee.scores = arena.scalars(scores)
        }
        if promptTokens != 0 {
            c.pointee.has_prompt_tokens = 1
            c.pointee.prompt_tokens = promptTokens
        }
    }
}

extension ListModelsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListModelsRequest

    package static var messageName: String { "parley.orchestrator.v1.ListModelsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_models_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.init()
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_models_request__init(c)
    }
}

extension ModelRow: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ModelRow

    package static var messageName: String { "parley.orchestrator.v1.ModelRow" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__model_row() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.name = try readText(c.pointee.name, in: Self.self, "name")
        self.kind = try readText(c.pointee.kind, in: Self.self, "kind")
        self.createdAtUs = c.pointee.created_at_us
        self.contextTokens = c.pointee.context_tokens
        self.baseModel = try readTextIfPresent(c.pointee.base_model, in: Self.self, "base_model")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__model_row__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !kind.isEmpty {
            c.pointee.kind = arena.text(kind)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if contextTokens != 0 {
            c.pointee.has_context_tokens = 1
            c.pointee.context_tokens = contextTokens
        }
        if let baseModel {
            c.pointee.base_model = arena.text(baseModel)
        }
    }
}

extension ListModelsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListModelsReply

    package static var messageName: String { "parley.orchestrator.v1.ListModelsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_models_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.models = try readMessages(c.pointee.n_models, c.pointee.models, in: Self.self, "models")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_models_reply__init(c)
        if !models.isEmpty {
            c.pointee.n_models = models.count
            c.pointee.models = arena.messages(models)
        }
    }
}

extension CreateConversationRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__CreateConversationRequest

    package static var messageName: String { "parley.orchestrator.v1.CreateConversationRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__create_conversation_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.conversationID = try readIdentifier(c.pointee.has_conversation_id != 0, c.pointee.conversation_id, in: Self.self, "conversation_id")
        self.title = try readText(c.pointee.title, in: Self.self, "title")
        self.metadataJSON = c.pointee.has_metadata_json != 0 ? readBytes(c.pointee.metadata_json) : nil
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__create_conversation_request__init(c)
        c.pointee.has_conversation_id = 1
        c.pointee.conversation_id = arena.identifier(conversationID)
        if !title.isEmpty {
            c.pointee.title = arena.text(title)
        }
        if let metadataJSON {
            c.pointee.has_metadata_json = 1
            c.pointee.metadata_json = arena.bytes(metadataJSON)
        }
    }
}

extension ConversationReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ConversationReply

    package static var messageName: String { "parley.orchestrator.v1.ConversationReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__conversation_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.conversationID = try readIdentifier(c.pointee.has_conversation_id != 0, c.pointee.conversation_id, in: Self.self, "conversation_id")
        self.title = try readText(c.pointee.title, in: Self.self, "title")
        self.createdAtUs = c.pointee.created_at_us
        self.updatedAtUs = c.pointee.updated_at_us
        self.metadataJSON = readBytes(c.pointee.metadata_json)
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__conversation_reply__init(c)
        c.pointee.has_conversation_id = 1
        c.pointee.conversation_id = arena.identifier(conversationID)
        if !title.isEmpty {
            c.pointee.title = arena.text(title)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if updatedAtUs != 0 {
            c.pointee.has_updated_at_us = 1
            c.pointee.updated_at_us = updatedAtUs
        }
        if !metadataJSON.isEmpty {
            c.pointee.has_metadata_json = 1
            c.pointee.metadata_json = arena.bytes(metadataJSON)
        }
    }
}

extension GetConversationRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__GetConversationRequest

    package static var messageName: String { "parley.orchestrator.v1.GetConversationRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__get_conversation_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.conversationID = try readIdentifier(c.pointee.has_conversation_id != 0, c.pointee.conversation_id, in: Self.self, "conversation_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__get_conversation_request__init(c)
        c.pointee.has_conversation_id = 1
        c.pointee.conversation_id = arena.identifier(conversationID)
    }
}

extension ListConversationsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListConversationsRequest

    package static var messageName: String { "parley.orchestrator.v1.ListConversationsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_conversations_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.limit = c.pointee.limit
        self.afterConversationID = try readIdentifierIfPresent(c.pointee.has_after_conversation_id != 0, c.pointee.after_conversation_id, in: Self.self, "after_conversation_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_conversations_request__init(c)
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
        if let afterConversationID {
            c.pointee.has_after_conversation_id = 1
            c.pointee.after_conversation_id = arena.identifier(afterConversationID)
        }
    }
}

extension ListConversationsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListConversationsReply

    package static var messageName: String { "parley.orchestrator.v1.ListConversationsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_conversations_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.conversations = try readMessages(c.pointee.n_conversations, c.pointee.conversations, in: Self.self, "conversations")
        self.hasMore = c.pointee.has_more != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_conversations_reply__init(c)
        if !conversations.isEmpty {
            c.pointee.n_conversations = conversations.count
            c.pointee.conversations = arena.messages(conversations)
        }
        if hasMore {
            c.pointee.has_has_more = 1
            c.pointee.has_more = hasMore ? 1 : 0
        }
    }
}

extension DeleteConversationRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__DeleteConversationRequest

    package static var messageName: String { "parley.orchestrator.v1.DeleteConversationRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__delete_conversation_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.conversationID = try readIdentifier(c.pointee.has_conversation_id != 0, c.pointee.conversation_id, in: Self.self, "conversation_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__delete_conversation_request__init(c)
        c.pointee.has_conversation_id = 1
        c.pointee.conversation_id = arena.identifier(conversationID)
    }
}

extension DeleteConversationReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__DeleteConversationReply

    package static var messageName: String { "parley.orchestrator.v1.DeleteConversationReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__delete_conversation_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.init()
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__delete_conversation_reply__init(c)
    }
}

extension ListItemsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListItemsRequest

    package static var messageName: String { "parley.orchestrator.v1.ListItemsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_items_request() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.conversationID = try readIdentifier(c.pointee.has_conversation_id != 0, c.pointee.conversation_id, in: Self.self, "conversation_id")
        self.limit = c.pointee.limit
        self.afterItemID = try readIdentifierIfPresent(c.pointee.has_after_item_id != 0, c.pointee.after_item_id, in: Self.self, "after_item_id")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_items_request__init(c)
        c.pointee.has_conversation_id = 1
        c.pointee.conversation_id = arena.identifier(conversationID)
        if limit != 0 {
            c.pointee.has_limit = 1
            c.pointee.limit = limit
        }
        if let afterItemID {
            c.pointee.has_after_item_id = 1
            c.pointee.after_item_id = arena.identifier(afterItemID)
        }
    }
}

extension ItemReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ItemReply

    package static var messageName: String { "parley.orchestrator.v1.ItemReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__item_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.itemID = try readIdentifier(c.pointee.has_item_id != 0, c.pointee.item_id, in: Self.self, "item_id")
        self.role = try readText(c.pointee.role, in: Self.self, "role")
        self.content = try readText(c.pointee.content, in: Self.self, "content")
        self.createdAtUs = c.pointee.created_at_us
        self.citations = try readMessages(c.pointee.n_citations, c.pointee.citations, in: Self.self, "citations")
        self.model = try readTextIfPresent(c.pointee.model, in: Self.self, "model")
        self.finishReason = try readTextIfPresent(c.pointee.finish_reason, in: Self.self, "finish_reason")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__item_reply__init(c)
        c.pointee.has_item_id = 1
        c.pointee.item_id = arena.identifier(itemID)
        if !role.isEmpty {
            c.pointee.role = arena.text(role)
        }
        if !content.isEmpty {
            c.pointee.content = arena.text(content)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if !citations.isEmpty {
            c.pointee.n_citations = citations.count
            c.pointee.citations = arena.messages(citations)
        }
        if let model {
            c.pointee.model = arena.text(model)
        }
        if let finishReason {
            c.pointee.finish_reason = arena.text(finishReason)
        }
    }
}

extension ListItemsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Orchestrator__V1__ListItemsReply

    package static var messageName: String { "parley.orchestrator.v1.ListItemsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_orchestrator__v1__list_items_reply() }
    package var description: String { describeWithoutContent(self) }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        self = try Self.unpacked(from: bytes)
    }

    package func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let packed = packed()
        defer { packed.release() }
        return try body(packed.bytes)
    }

    init(reading c: UnsafePointer<CValue>) throws(DecodeFailure) {
        self.items = try readMessages(c.pointee.n_items, c.pointee.items, in: Self.self, "items")
        self.hasMore = c.pointee.has_more != 0
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__orchestrator__v1__list_items_reply__init(c)
        if !items.isEmpty {
            c.pointee.n_items = items.count
            c.pointee.items = arena.messages(items)
        }
        if hasMore {
            c.pointee.has_has_more = 1
            c.pointee.has_more = hasMore ? 1 : 0
        }
    }
}
