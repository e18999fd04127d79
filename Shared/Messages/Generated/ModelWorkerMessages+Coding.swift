// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/modelworker.proto. Do not edit: run `make proto`.

import CMessages
import CProtobuf
package import Primitives

extension GenerateRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__GenerateRequest

    package static var messageName: String { "parley.modelworker.v1.GenerateRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__generate_request() }
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
        self.epoch = c.pointee.epoch
        self.model = try readText(c.pointee.model, in: Self.self, "model")
        self.messages = try readMessages(c.pointee.n_messages, c.pointee.messages, in: Self.self, "messages")
        self.toolsJSON = c.pointee.has_tools_json != 0 ? readBytes(c.pointee.tools_json) : nil
        self.prefixBlocks = readScalars(c.pointee.n_prefix_blocks, c.pointee.prefix_blocks)
        self.tenantSalt = readBytes(c.pointee.tenant_salt)
        self.workClass = WorkClass(rawValue: Int32(bitPattern: c.pointee.work_class.rawValue))
        self.adapter = try readTextIfPresent(c.pointee.adapter, in: Self.self, "adapter")
        self.sampling = try readMessage(c.pointee.sampling, in: Self.self, "sampling")
        self.maxCompletionTokens = c.pointee.max_completion_tokens
        self.stop = try readTexts(c.pointee.n_stop, c.pointee.stop, in: Self.self, "stop")
        self.resumeTokens = readScalars(c.pointee.n_resume_tokens, c.pointee.resume_tokens)
        self.topLogprobs = c.pointee.has_top_logprobs != 0 ? c.pointee.top_logprobs : nil
        self.toolChoice = try readTextIfPresent(c.pointee.tool_choice, in: Self.self, "tool_choice")
        self.toolName = try readTextIfPresent(c.pointee.tool_name, in: Self.self, "tool_name")
        self.parallelToolCalls = c.pointee.has_parallel_tool_calls != 0 ? c.pointee.parallel_tool_calls != 0 : nil
        self.responseFormatJSON = c.pointee.has_response_format_json != 0 ? readBytes(c.pointee.response_format_json) : nil
        self.timeLimitMs = c.pointee.has_time_limit_ms != 0 ? c.pointee.time_limit_ms : nil
        self.resumeText = c.pointee.has_resume_text != 0 ? readBytes(c.pointee.resume_text) : nil
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__generate_request__init(c)
        c.pointee.has_turn_id = 1
        c.pointee.turn_id = arena.identifier(turnID)
        if epoch != 0 {
            c.pointee.has_epoch = 1
            c.pointee.epoch = epoch
        }
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !messages.isEmpty {
            c.pointee.n_messages = messages.count
            c.pointee.messages = arena.messages(messages)
        }
        if let toolsJSON {
            c.pointee.has_tools_json = 1
            c.pointee.tools_json = arena.bytes(toolsJSON)
        }
        if !prefixBlocks.isEmpty {
            c.pointee.n_prefix_blocks = prefixBlocks.count
            c.pointee.prefix_blocks = arena.scalars(prefixBlocks)
        }
        if !tenantSalt.isEmpty {
            c.pointee.has_tenant_salt = 1
            c.pointee.tenant_salt = arena.bytes(tenantSalt)
        }
        if workClass.rawValue != 0 {
            c.pointee.has_work_class = 1
            c.pointee.work_class = Parley__Modelworker__V1__WorkClass(rawValue: UInt32(bitPattern: workClass.rawValue))
        }
        if let adapter {
            c.pointee.adapter = arena.text(adapter)
        }
        c.pointee.sampling = arena.message(sampling)
        if maxCompletionTokens != 0 {
            c.pointee.has_max_completion_tokens = 1
            c.pointee.max_completion_tokens = maxCompletionTokens
        }
        if !stop.isEmpty {
            c.pointee.n_stop = stop.count
            c.pointee.stop = arena.texts(stop)
        }
        if !resumeTokens.isEmpty {
            c.pointee.n_resume_tokens = resumeTokens.count
            c.pointee.resume_tokens = arena.scalars(resumeTokens)
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
        if let timeLimitMs {
            c.pointee.has_time_limit_ms = 1
            c.pointee.time_limit_ms = timeLimitMs
        }
        if let resumeText {
            c.pointee.has_resume_text = 1
            c.pointee.resume_text = arena.bytes(resumeText)
        }
    }
}

extension GenerateStarted: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__GenerateStarted

    package static var messageName: String { "parley.modelworker.v1.GenerateStarted" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__generate_started() }
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
        self.promptTokens = c.pointee.prompt_tokens
        self.cachedTokens = c.pointee.cached_tokens
        self.tokenizer = try readText(c.pointee.tokenizer, in: Self.self, "tokenizer")
        self.templateHash = c.pointee.template_hash
        self.seed = c.pointee.seed
        self.promptDigest = c.pointee.has_prompt_digest != 0 ? c.pointee.prompt_digest : nil
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__generate_started__init(c)
        if promptTokens != 0 {
            c.pointee.has_prompt_tokens = 1
            c.pointee.prompt_tokens = promptTokens
        }
        if cachedTokens != 0 {
            c.pointee.has_cached_tokens = 1
            c.pointee.cached_tokens = cachedTokens
        }
        if !tokenizer.isEmpty {
            c.pointee.tokenizer = arena.text(tokenizer)
        }
        if templateHash != 0 {
            c.pointee.has_template_hash = 1
            c.pointee.template_hash = templateHash
        }
        if seed != 0 {
            c.pointee.has_seed = 1
            c.pointee.seed = seed
        }
        if let promptDigest {
            c.pointee.has_prompt_digest = 1
            c.pointee.prompt_digest = promptDigest
        }
    }
}

extension GenerateFinished: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__GenerateFinished

    package static var messageName: String { "parley.modelworker.v1.GenerateFinished" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__generate_finished() }
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
        self.computedTokens = c.pointee.computed_tokens
        self.queueUs = c.pointee.queue_us
        self.prefillUs = c.pointee.prefill_us
        self.decodeUs = c.pointee.decode_us
        self.isTimeLimited = c.pointee.is_time_limited != 0
        self.preemptions = c.pointee.preemptions
        self.schemaViolation = try readTextIfPresent(c.pointee.schema_violation, in: Self.self, "schema_violation")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__generate_finished__init(c)
        if !finishReason.isEmpty {
            c.pointee.finish_reason = arena.text(finishReason)
        }
        c.pointee.usage = arena.message(usage)
        if computedTokens != 0 {
            c.pointee.has_computed_tokens = 1
            c.pointee.computed_tokens = computedTokens
        }
        if queueUs != 0 {
            c.pointee.has_queue_us = 1
            c.pointee.queue_us = queueUs
        }
        if prefillUs != 0 {
            c.pointee.has_prefill_us = 1
            c.pointee.prefill_us = prefillUs
        }
        if decodeUs != 0 {
            c.pointee.has_decode_us = 1
            c.pointee.decode_us = decodeUs
        }
        if isTimeLimited {
            c.pointee.has_is_time_limited = 1
            c.pointee.is_time_limited = isTimeLimited ? 1 : 0
        }
        if preemptions != 0 {
            c.pointee.has_preemptions = 1
            c.pointee.preemptions = preemptions
        }
        if let schemaViolation {
            c.pointee.schema_violation = arena.text(schemaViolation)
        }
    }
}

extension GenerateEvent: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__GenerateEvent

    package static var messageName: String { "parley.modelworker.v1.GenerateEvent" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__generate_event() }
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
        case PARLEY__MODELWORKER__V1__GENERATE_EVENT__KIND_STARTED:
            self.kind = .started(try readMessage(c.pointee.started, in: Self.self, "started"))
        case PARLEY__MODELWORKER__V1__GENERATE_EVENT__KIND_FINISHED:
            self.kind = .finished(try readMessage(c.pointee.finished, in: Self.self, "finished"))
        case PARLEY__MODELWORKER__V1__GENERATE_EVENT__KIND_LOGPROBS:
            self.kind = .logprobs(try readMessage(c.pointee.logprobs, in: Self.self, "logprobs"))
        default: self.kind = nil
        }
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__generate_event__init(c)
        switch kind {
        case .started(let value):
            c.pointee.kind_case = PARLEY__MODELWORKER__V1__GENERATE_EVENT__KIND_STARTED
            c.pointee.started = arena.message(value)
        case .finished(let value):
            c.pointee.kind_case = PARLEY__MODELWORKER__V1__GENERATE_EVENT__KIND_FINISHED
            c.pointee.finished = arena.message(value)
        case .logprobs(let value):
            c.pointee.kind_case = PARLEY__MODELWORKER__V1__GENERATE_EVENT__KIND_LOGPROBS
            c.pointee.logprobs = arena.message(value)
        case nil: break
        }
    }
}

extension EmbedTextsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__EmbedTextsRequest

    package static var messageName: String { "parley.modelworker.v1.EmbedTextsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__embed_texts_request() }
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
        parley__modelworker__v1__embed_texts_request__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !texts.isEmpty {
            c.pointee.n_texts = texts.count
            c.pointee.texts = arena.texts(texts)
        }
    }
}

extension EmbeddingVector: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__EmbeddingVector

    package static var messageName: String { "parley.modelworker.v1.EmbeddingVector" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__embedding_vector() }
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
        parley__modelworker__v1__embedding_vector__init(c)
        if !values.isEmpty {
            c.pointee.n_values = values.count
            c.pointee.values = arena.scalars(values)
        }
    }
}

extension EmbedTextsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__EmbedTextsReply

    package static var messageName: String { "parley.modelworker.v1.EmbedTextsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__embed_texts_reply() }
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
        self.vectors = try readMessages(c.pointee.n_vectors, c.pointee.vectors, in: Self.self, "vectors")
        self.promptTokens = c.pointee.prompt_tokens
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__embed_texts_reply__init(c)
        if !vectors.isEmpty {
            c.pointee.n_vectors = vectors.count
            c.pointee.vectors = arena.messages(vectors)
        }
        if promptTokens != 0 {
            c.pointee.has_prompt_tokens = 1
            c.pointee.prompt_tokens = promptTokens
        }
    }
}

extension RankTextsRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__RankTextsRequest

    package static var messageName: String { "parley.modelworker.v1.RankTextsRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__rank_texts_request() }
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
        parley__modelworker__v1__rank_texts_request__init(c)
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

extension RankTextsReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__RankTextsReply

    package static var messageName: String { "parley.modelworker.v1.RankTextsReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__rank_texts_reply() }
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
        parley__modelworker__v1__rank_texts_reply__init(c)
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

extension TokenizeRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__TokenizeRequest

    package static var messageName: String { "parley.modelworker.v1.TokenizeRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__tokenize_request() }
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
        self.messages = try readMessages(c.pointee.n_messages, c.pointee.messages, in: Self.self, "messages")
        self.text = try readTextIfPresent(c.pointee.text, in: Self.self, "text")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__tokenize_request__init(c)
        if !model.isEmpty {
            c.pointee.model = arena.text(model)
        }
        if !messages.isEmpty {
            c.pointee.n_messages = messages.count
            c.pointee.messages = arena.messages(messages)
        }
        if let text {
            c.pointee.text = arena.text(text)
        }
    }
}

extension TokenizeReply: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__TokenizeReply

    package static var messageName: String { "parley.modelworker.v1.TokenizeReply" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__tokenize_reply() }
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
        self.tokenIDs = readScalars(c.pointee.n_token_ids, c.pointee.token_ids)
        self.tokenizer = try readText(c.pointee.tokenizer, in: Self.self, "tokenizer")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__tokenize_reply__init(c)
        if !tokenIDs.isEmpty {
            c.pointee.n_token_ids = tokenIDs.count
            c.pointee.token_ids = arena.scalars(tokenIDs)
        }
        if !tokenizer.isEmpty {
            c.pointee.tokenizer = arena.text(tokenizer)
        }
    }
}

extension WatchLoadRequest: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__WatchLoadRequest

    package static var messageName: String { "parley.modelworker.v1.WatchLoadRequest" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__watch_load_request() }
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
        parley__modelworker__v1__watch_load_request__init(c)
    }
}

extension LoadedModel: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__LoadedModel

    package static var messageName: String { "parley.modelworker.v1.LoadedModel" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__loaded_model() }
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
        self.contextTokens = c.pointee.context_tokens
        self.embeddingDimensions = c.pointee.has_embedding_dimensions != 0 ? c.pointee.embedding_dimensions : nil
        self.tokenizer = try readText(c.pointee.tokenizer, in: Self.self, "tokenizer")
        self.createdAtUs = c.pointee.created_at_us
        self.baseModel = try readTextIfPresent(c.pointee.base_model, in: Self.self, "base_model")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__loaded_model__init(c)
        if !name.isEmpty {
            c.pointee.name = arena.text(name)
        }
        if !kind.isEmpty {
            c.pointee.kind = arena.text(kind)
        }
        if contextTokens != 0 {
            c.pointee.has_context_tokens = 1
            c.pointee.context_tokens = contextTokens
        }
        if let embeddingDimensions {
            c.pointee.has_embedding_dimensions = 1
            c.pointee.embedding_dimensions = embeddingDimensions
        }
        if !tokenizer.isEmpty {
            c.pointee.tokenizer = arena.text(tokenizer)
        }
        if createdAtUs != 0 {
            c.pointee.has_created_at_us = 1
            c.pointee.created_at_us = createdAtUs
        }
        if let baseModel {
            c.pointee.base_model = arena.text(baseModel)
        }
    }
}

extension LoadReport: PackedMessage, CustomStringConvertible {
    typealias CValue = Parley__Modelworker__V1__LoadReport

    package static var messageName: String { "parley.modelworker.v1.LoadReport" }
    static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { parley_descriptor_modelworker__v1__load_report() }
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
        self.sequence = c.pointee.sequence
        self.waiting = c.pointee.waiting
        self.running = c.pointee.running
        self.maxRunning = c.pointee.max_running
        self.freeCacheTokens = c.pointee.free_cache_tokens
        self.totalCacheTokens = c.pointee.total_cache_tokens
        self.prefillTokensPerSecond = c.pointee.prefill_tokens_per_second
        self.stepUsByBatch = readScalars(c.pointee.n_step_us_by_batch, c.pointee.step_us_by_batch)
        self.models = try readMessages(c.pointee.n_models, c.pointee.models, in: Self.self, "models")
        self.isDraining = c.pointee.is_draining != 0
        self.instance = c.pointee.instance
        self.insertedBlocks = readScalars(c.pointee.n_inserted_blocks, c.pointee.inserted_blocks)
        self.evictedBlocks = readScalars(c.pointee.n_evicted_blocks, c.pointee.evicted_blocks)
        self.unreadTokens = c.pointee.unread_tokens
        self.preemptions = c.pointee.preemptions
        self.tierMemoryBytes = c.pointee.tier_memory_bytes
        self.tierDiskBytes = c.pointee.tier_disk_bytes
        self.blockEvents = BlockEvents(rawValue: Int32(bitPattern: c.pointee.block_events.rawValue))
        self.paceSamples = c.pointee.has_pace_samples != 0 ? c.pointee.pace_samples : nil
        self.draftedTokens = c.pointee.drafted_tokens
        self.acceptedDraftTokens = c.pointee.accepted_draft_tokens
        self.modelDraftedTokens = c.pointee.model_drafted_tokens
        self.acceptedModelDraftTokens = c.pointee.accepted_model_draft_tokens
        self.draftModel = try readText(c.pointee.draft_model, in: Self.self, "draft_model")
    }

    func write(to c: UnsafeMutablePointer<CValue>, _ arena: MessageArena) {
        parley__modelworker__v1__load_report__init(c)
        if sequence != 0 {
            c.pointee.has_sequence = 1
            c.pointee.sequence = sequence
        }
        if waiting != 0 {
            c.pointee.has_waiting = 1
            c.pointee.waiting = waiting
        }
        if running != 0 {
            c.pointee.has_running = 1
            c.pointee.running = running
        }
        if maxRunning != 0 {
            c.pointee.has_max_running = 1
            c.pointee.max_running = maxRunning
        }
        if freeCacheTokens != 0 {
            c.pointee.has_free_cache_tokens = 1
            c.pointee.free_cache_tokens = freeCacheTokens
        }
        if totalCacheTokens != 0 {
            c.pointee.has_total_cache_tokens = 1
            c.pointee.total_cache_tokens = totalCacheTokens
        }
        if prefillTokensPerSecond.bitPattern != 0 {
            c.pointee.has_prefill_tokens_per_second = 1
            c.pointee.prefill_tokens_per_second = prefillTokensPerSecond
        }
        if !stepUsByBatch.isEmpty {
            c.pointee.n_step_us_by_batch = stepUsByBatch.count
            c.pointee.step_us_by_batch = arena.scalars(stepUsByBatch)
        }
        if !models.isEmpty {
            c.pointee.n_models = models.count
            c.pointee.models = arena.messages(models)
        }
        if isDraining {
            c.pointee.has_is_draining = 1
            c.pointee.is_draining = isDraining ? 1 : 0
        }
        if instance != 0 {
            c.pointee.has_instance = 1
            c.pointee.instance = instance
        }
        if !insertedBlocks.isEmpty {
            c.pointee.n_inserted_blocks = insertedBlocks.count
            c.pointee.inserted_blocks = arena.scalars(insertedBlocks)
        }
        if !evictedBlocks.isEmpty {
            c.pointee.n_evicted_blocks = evictedBlocks.count
            c.pointee.evicted_blocks = arena.scalars(evictedBlocks)
        }
        if unreadTokens != 0 {
            c.pointee.has_unread_tokens = 1
            c.pointee.unread_tokens = unreadTokens
        }
        if preemptions != 0 {
            c.pointee.has_preemptions = 1
            c.pointee.preemptions = preemptions
        }
        if tierMemoryBytes != 0 {
            c.pointee.has_tier_memory_bytes = 1
            c.pointee.tier_memory_bytes = tierMemoryBytes
        }
        if tierDiskBytes != 0 {
            c.pointee.has_tier_disk_bytes = 1
            c.pointee.tier_disk_bytes = tierDiskBytes
        }
        if blockEvents.rawValue != 0 {
            c.pointee.has_block_events = 1
            c.pointee.block_events = Parley__Modelworker__V1__BlockEvents(rawValue: UInt32(bitPattern: blockEvents.rawValue))
        }
        if let paceSamples {
            c.pointee.has_pace_samples = 1
            c.pointee.pace_samples = paceSamples
        }
        if draftedTokens != 0 {
            c.pointee.has_drafted_tokens = 1
            c.pointee.drafted_tokens = draftedTokens
        }
        if acceptedDraftTokens != 0 {
            c.pointee.has_accepted_draft_tokens = 1
            c.pointee.accepted_draft_tokens = acceptedDraftTokens
        }
        if modelDraftedTokens != 0 {
            c.pointee.has_model_drafted_tokens = 1
            c.pointee.model_drafted_tokens = modelDraftedTokens
        }
        if acceptedModelDraftTokens != 0 {
            c.pointee.has_accepted_model_draft_tokens = 1
            c.pointee.accepted_model_draft_tokens = acceptedModelDraftTokens
        }
        if !draftModel.isEmpty {
            c.pointee.draft_model = arena.text(draftModel)
        }
    }
}
