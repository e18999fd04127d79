// SPDX-License-Identifier: Apache-2.0

import Primitives

extension ChatRequest {
    /// Reads a body. Fields we do not know are passed over; fields we know and cannot honour are refused when they
    /// would change the answer, because silence would look like obedience.
    package init(body: UnsafeRawBufferPointer) throws(RequestRefusal) {
        let fields = try RequestFields(body: body)
        try Self.refuseUnsupported(fields)
        self.init(model: try fields.requiredString("model"), messages: try Self.messages(fields))
        isStreaming = try fields.flag("stream") ?? false
        if let options = try fields.fields("stream_options") {
            guard isStreaming else {
                throw RequestRefusal(
                    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                    parameter: "stream_options", code: "invalid_value")
            }
            includesUsage = try options.flag("include_usage") ?? false
        }
        // `max_tokens` is the old name; whoever sends both means the new one.
        let old = try fields.integer("max_tokens", in: 1...Self.maximumTokens)
        let new = try fields.integer("max_completion_tokens", in: 1...Self.maximumTokens)
        maximumCompletionTokens = (new ?? old).map { UInt32($0) }
        temperature = try fields.decimal("temperature", in: 0...2).map { Float($0) }
        topP = try fields.decimal("top_p", in: 0...1).map { Float($0) }
        topK = try fields.integer("top_k", in: 0...Int64(Int32.max)).map { UInt32($0) }
        seed = try fields.integer("seed", in: Int64.min...Int64.max).map { UInt64(bitPattern: $0) }
        try readSampling(fields)
        try readTools(fields)
        responseFormat = try Self.responseFormat(fields)
        stop = try Self.stop(fields)
        isStored = try fields.flag("store") ?? false
        if let extras = try fields.fields("parley") {
            conversation = try Self.conversation(extras)
            retrieval = try Self.retrieval(extras)
            isResumable = try extras.flag("resumable") ?? false
        }
    }

    // MARK: Messages

    private static func messages(_ fields: RequestFields) throws(RequestRefusal) -> [Message] {
        guard let items = try fields.array("messages") else { throw .missing(fields.path["messages"]) }
        guard !items.isEmpty else { throw fields.emptyArray("messages") }
        guard items.count <= maximumMessages else {
            throw fields.tooLong("messages", maximum: maximumMessages, got: items.count)
        }
        var messages: [Message] = []
        messages.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            let path = fields.path["messages"][index]
            guard case .object(let object) = item else { throw .type(path, expected: "an object", got: item) }
            messages.append(try message(RequestFields(object, path: path)))
        }
        return messages
    }

    private static func message(_ fields: RequestFields) throws(RequestRefusal) -> Message {
        let role = try role(fields)
        let calls = role == .assistant ? try toolCalls(fields) : nil
        var callID: String?
        if role == .tool {
            guard let id = try fields.string("tool_call_id") else { throw .missing(fields.path["tool_call_id"]) }
            callID = id
        }
        // An answer that only called tools has no content.
        let content = calls != nil && fields.value("content") == nil ? "" : try content(fields)
        return Message(
            role: role, content: content, name: try fields.string("name"), toolCalls: calls, toolCallID: callID)
    }

    private static func role(_ fields: RequestFields) throws(RequestRefusal) -> Role {
        guard let text = try fields.string("role") else { throw .missing(fields.path["role"]) }
        switch text {
        case "system", "developer": return .system
        case "user": return .user
        case "assistant": return .assistant
        case "tool": return .tool
        case "function": throw .unsupported(fields.path["role"], "with the value '\(text)' \(notYet)")
        default:
            throw .value(fields.path["role"], text, supported: ["system", "developer", "user", "assistant", "tool"])
        }
    }

    /// A string, or text parts that are joined as they are: a part's end is no line's end.
    private static func content(_ fields: RequestFields) throws(RequestRefusal) -> String {
        switch fields.value("content") {
        case nil: throw .missing(fields.path["content"])
        case .string(let text): return text
        case .array(let parts):
            guard !parts.isEmpty else { throw fields.emptyArray("content") }
            var text = ""
            for (index, part) in parts.enumerated() {
                let path = fields.path["content"][index]
                guard case .object(let object) = part else { throw .type(path, expected: "an object", got: part) }
                text += try partText(RequestFields(object, path: path))
            }
            return text
        case .some(let other):
            throw .type(fields.path["content"], expected: "one of a string or an array of objects", got: other)
        }
    }

    private static func partText(_ part: RequestFields) throws(RequestRefusal) -> String {
        guard let type = try part.string("type") else { throw .missing(part.path["type"]) }
        switch type {
        case "text":
            guard let text = try part.string("text") else { throw .missing(part.path["text"]) }
            return text
        case "refusal":
            guard let text = try part.string("refusal") else { throw .missing(part.path["refusal"]) }
            return text
        default: throw .value(part.path["type"], type, supported: ["text"])
        }
    }

    // MARK: Options

    private static func stop(_ fields: RequestFields) throws(RequestRefusal) -> [String] {
        let stops: [String]
        switch fields.value("stop") {
        case nil: return []
        case .string(let text): stops = [text]
        case .array(let items):
            guard items.count <= maximumStops else {
                throw fields.tooLong("stop", maximum: maximumStops, got: items.count)
            }
            var texts: [String] = []
            for (index, item) in items.enumerated() {
                guard case .string(let text) = item else {
                    throw .type(fields.path["stop"][index], expected: "a string", got: item)
                }
                texts.append(text)
            }
            stops = texts
        case .some(let other):
            throw .type(fields.path["stop"], expected: "one of a string or an array of strings", got: other)
        }
        for stop in stops where stop.isEmpty || stop.utf8.count > maximumStopBytes {
            throw RequestRefusal(
                "Invalid 'stop': a stop string has between 1 and \(maximumStopBytes) bytes.", parameter: "stop",
                code: "invalid_value")
        }
        return stops
    }

    private static func conversation(_ extras: RequestFields) throws(RequestRefusal) -> ConversationID? {
        guard let text = try extras.string("conversation_id") else { return nil }
        guard let id = PublicID<ConversationKind>.conversation.read(text) else {
            throw RequestRefusal(
                "Invalid 'parley.conversation_id': expected an id that starts with 'conv_'.",
                parameter: "parley.conversation_id", code: "invalid_value")
        }
        return id
    }

    private static func retrieval(_ extras: RequestFields) throws(RequestRefusal) -> Retrieval? {
        // `true` is the short way to say "search everything".
        switch extras.value("retrieval") {
        case nil, .bool(false): return nil
        case .bool(true): return Retrieval(files: [], limit: nil)
        default: break
        }
        guard let fields = try extras.fields("retrieval") else { return nil }
        let limit = try fields.integer("limit", in: 1...maximumPassages)
        let items = try fields.array("file_ids") ?? []
        guard items.count <= maximumRetrievalFiles else {
            throw fields.tooLong("file_ids", maximum: maximumRetrievalFiles, got: items.count)
        }
        var files: [FileID] = []
        for (index, item) in items.enumerated() {
            let path = fields.path["file_ids"][index]
            guard case .string(let text) = item else { throw .type(path, expected: "a string", got: item) }
            guard let id = PublicID<FileKind>.file.read(text) else {
                throw RequestRefusal(
                    "Invalid '\(path)': expected an id that starts with 'file-'.", parameter: path.description,
                    code: "invalid_value")
            }
            files.append(id)
        }
        return Retrieval(files: files, limit: limit.map { UInt32($0) })
    }

    // MARK: What we cannot do

    private static let notYet = "is not supported yet."

    /// Each of these would change the answer, so ignoring it would be a wrong answer. Their harmless values (an empty
    /// list, zero, `false`) are what client libraries send by default and pass.
    private static func refuseUnsupported(_ fields: RequestFields) throws(RequestRefusal) {
        if let n = try fields.integer("n", in: Int64.min...Int64.max), n != 1 {
            throw .unsupported(fields.path["n"], "with another value than 1 \(notYet)")
        }
        if let list = try fields.array("functions"), !list.isEmpty {
            throw .unsupported(fields.path["functions"], "is deprecated. Use 'tools'.")
        }
        for (index, modality) in (try fields.array("modalities") ?? []).enumerated() where modality != .string("text") {
            throw .unsupported(fields.path["modalities"][index], "with another value than 'text' \(notYet)")
        }
    }
}
