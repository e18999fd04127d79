// SPDX-License-Identifier: Apache-2.0

import Messages
import ModelWorkerDomain
import Primitives

extension AnswerStructure {
    /// As OpenAI's bound.
    static let maxTools = 128
    /// Tools and schemas are converted to grammars, which costs more than reading them.
    static let maxBytes = 256 << 10

    /// The shape a request asks for; nil for plain text.
    init?(_ request: GenerateRequest) throws(Failure) {
        var format: (schema: JSONSchema, isStrict: Bool)?
        if let bytes = request.responseFormatJSON { format = try Self.schema(of: bytes) }
        let schema = format?.schema
        let tools = try request.toolsJSON.map { bytes throws(Failure) in try Self.tools(of: bytes) } ?? []
        let isOffered = !tools.isEmpty && request.toolChoice != "none"
        guard isOffered || schema != nil else { return nil }
        self.init()
        idSeed = request.turnID.uuid.low
        allowsParallelCalls = request.parallelToolCalls ?? true
        guard isOffered else {
            self.schema = schema
            isStrict = format?.isStrict ?? false
            return
        }
        self.tools = tools
        switch request.toolChoice ?? "auto" {
        case "auto":
            guard schema == nil else {
                throw .invalid(
                    "A response format goes with tools only when tool_choice is 'none' or 'required'.",
                    "response_format")
            }
        case "required":
            choice = .required
            if let name = request.toolName {
                guard tools.contains(where: { Self.name(of: $0) == name }) else {
                    throw .invalid("tool_choice names a tool that is not there.", "tool_choice")
                }
                choice = .named(name)
            }
        default: throw .invalid("tool_choice is unknown.", "tool_choice")
        }
    }

    private static func value(of bytes: [UInt8], _ reason: String) throws(Failure) -> JSONValue {
        guard bytes.count <= maxBytes else { throw .invalid("\(reason) has more than \(maxBytes) bytes.", reason) }
        do throws(JSONFailure) {
            return try JSONReader.read(bytes)
        } catch {
            throw .invalid("\(reason) is not JSON.", reason)
        }
    }

    private static func tools(of bytes: [UInt8]) throws(Failure) -> [JSONValue] {
        guard case .array(let tools) = try value(of: bytes, "tools"), tools.count <= maxTools else {
            throw .invalid("tools must be an array of at most \(maxTools).", "tools")
        }
        var names: Set<String> = []
        for tool in tools {
            // The library takes a tool without a name, and two of one name; nobody could call either.
            guard let name = name(of: tool), !name.isEmpty, names.insert(name).inserted else {
                throw .invalid("Every tool must be a function with a name of its own.", "tools")
            }
        }
        return tools
    }

    private static func name(of tool: JSONValue) -> String? {
        guard case .object(let object) = tool, case .object(let function) = object["function"],
            case .string(let name) = function["name"]
        else { return nil }
        return name
    }

    private static func schema(of bytes: [UInt8]) throws(Failure) -> (schema: JSONSchema, isStrict: Bool)? {
        guard case .object(let format) = try value(of: bytes, "response_format") else {
            throw .invalid("response_format must be an object.", "response_format")
        }
        switch format["type"] {
        case .string("text"): return nil
        case .string("json_object"): return (.anyObject, true)
        case .string("json_schema"): break
        default: throw .invalid("The type of response_format is unknown.", "response_format")
        }
        guard case .object(let named) = format["json_schema"] else {
            throw .invalid("response_format.json_schema must be an object.", "response_format")
        }
        guard let schema = named["schema"] else { return (.anyObject, true) }
        guard case .object = schema else {
            throw .invalid("response_format.json_schema.schema must be an object.", "response_format")
        }
        let wanted = JSONSchema(schema)
        let isStrict = named["strict"] == .bool(true)
        if isStrict, let keyword = wanted.firstBeyondGrammar {
            throw .invalid(
                "A strict schema cannot use '\(keyword)', which cannot be kept while the answer is written.",
                "response_format")
        }
        return (wanted, isStrict)
    }
}

extension ChatMessage {
    static let maxCalls = 128

    /// The calls of a past answer, as the client sends them back.
    static func calls(_ bytes: [UInt8]) throws(Failure) -> [ToolCall] {
        let refusal = Failure.invalid("A message's tool_calls are not an array of function calls.", "tool_calls")
        let value: JSONValue
        do throws(JSONFailure) {
            value = try JSONReader.read(bytes)
        } catch {
            throw refusal
        }
        guard case .array(let items) = value, items.count <= maxCalls else { throw refusal }
        var calls: [ToolCall] = []
        for item in items {
            guard case .object(let object) = item, case .object(let function) = object["function"],
                case .string(let name) = function["name"], !name.isEmpty
            else { throw refusal }
            var arguments = ""
            if case .string(let text) = function["arguments"] { arguments = text }
            var id = ""
            if case .string(let text) = object["id"] { id = text }
            calls.append(ToolCall(id: id, name: name, arguments: arguments))
        }
        return calls
    }
}
