// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Tools and response formats. What is checked here is their frame; schemas are the worker's to judge, which turns
/// them into grammars. They are passed on member for member in the client's order: the order of a schema's properties
/// is the order they are written in, and the tools' text is part of the prompt that caches are found by.
extension ChatRequest {
    package static let maximumTools = 128
    /// Converting a schema costs more than reading it.
    package static let maximumToolBytes = 256 << 10
    package static let longestFunctionName = 64

    mutating func readTools(_ fields: RequestFields) throws(RequestRefusal) {
        let items = try fields.array("tools") ?? []
        guard items.count <= Self.maximumTools else {
            throw fields.tooLong("tools", maximum: Self.maximumTools, got: items.count)
        }
        var names: Set<String> = []
        for (index, item) in items.enumerated() {
            let name = try Self.toolName(item, at: fields.path["tools"][index])
            guard names.insert(name).inserted else {
                throw RequestRefusal(
                    "Invalid 'tools': the name '\(name)' stands twice.", parameter: "tools", code: "invalid_value")
            }
        }
        if !items.isEmpty { tools = try Self.text(.array(items), "tools") }
        toolChoice = try Self.toolChoice(fields, names)
        parallelToolCalls = try fields.flag("parallel_tool_calls")
    }

    private static func toolName(_ tool: JSONValue, at path: RequestPath) throws(RequestRefusal) -> String {
        guard case .object(let object) = tool else { throw .type(path, expected: "an object", got: tool) }
        let fields = RequestFields(object, path: path)
        let type = try fields.requiredString("type")
        guard type == "function" else { throw .value(path["type"], type, supported: ["function"]) }
        guard let function = try fields.fields("function") else { throw .missing(path["function"]) }
        let name = try function.requiredString("name")
        guard name.utf8.count <= longestFunctionName, name.utf8.allSatisfy(isNameByte) else {
            throw RequestRefusal(
                "Invalid '\(path["function"]["name"])': expected letters, digits, '_' and '-', at most "
                    + "\(longestFunctionName) of them.", parameter: path["function"]["name"].description,
                code: "invalid_value")
        }
        _ = try function.fields("parameters")
        _ = try function.string("description")
        return name
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func toolChoice(
        _ fields: RequestFields, _ names: Set<String>
    ) throws(RequestRefusal) -> ToolChoice? {
        let choice: ToolChoice
        switch fields.value("tool_choice") {
        case nil: return nil
        case .string(let mode):
            guard ["auto", "none", "required"].contains(mode) else {
                throw .value(fields.path["tool_choice"], mode, supported: ["auto", "none", "required"])
            }
            choice = ToolChoice(mode: mode)
        case .some(.object(let object)):
            let path = fields.path["tool_choice"]
            guard let function = try RequestFields(object, path: path).fields("function") else {
                throw .missing(path["function"])
            }
            let name = try function.requiredString("name")
            guard names.contains(name) else {
                throw RequestRefusal(
                    "Invalid value for 'tool_choice': no function named '\(name.prefix(longestFunctionName))' was "
                        + "specified in the 'tools' parameter.", parameter: "tool_choice", code: "invalid_value")
            }
            choice = ToolChoice(mode: "required", name: name)
        case .some(let other):
            throw .type(fields.path["tool_choice"], expected: "one of a string or an object", got: other)
        }
        guard !names.isEmpty || choice.mode != "required" else {
            throw RequestRefusal(
                "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
                parameter: "tool_choice", code: "invalid_value")
        }
        return choice
    }

    /// The calls of an answer that comes back as history; nil when it made none.
    static func toolCalls(_ fields: RequestFields) throws(RequestRefusal) -> [UInt8]? {
        guard let calls = try fields.array("tool_calls"), !calls.isEmpty else { return nil }
        guard calls.count <= maximumTools else {
            throw fields.tooLong("tool_calls", maximum: maximumTools, got: calls.count)
        }
        for (index, call) in calls.enumerated() {
            let path = fields.path["tool_calls"][index]
            guard case .object(let object) = call else { throw .type(path, expected: "an object", got: call) }
            let call = RequestFields(object, path: path)
            _ = try call.requiredString("id")
            guard let function = try call.fields("function") else { throw .missing(path["function"]) }
            _ = try function.requiredString("name")
            guard try function.string("arguments") != nil else { throw .missing(path["function"]["arguments"]) }
        }
        return try text(.array(calls), "tool_calls")
    }

    static func responseFormat(_ fields: RequestFields) throws(RequestRefusal) -> [UInt8]? {
        guard let format = try fields.fields("response_format") else { return nil }
        let type = try format.requiredString("type")
        switch type {
        case "text": return nil
        case "json_object": break
        case "json_schema":
            guard let named = try format.fields("json_schema") else { throw .missing(format.path["json_schema"]) }
            _ = try named.requiredString("name")
            guard try named.fields("schema") != nil else { throw .missing(named.path["schema"]) }
            _ = try named.flag("strict")
        default: throw .value(format.path["type"], type, supported: ["text", "json_object", "json_schema"])
        }
        return try text(.object(format.object), "response_format")
    }

    private static func text(_ value: JSONValue, _ parameter: String) throws(RequestRefusal) -> [UInt8] {
        let text = value.text
        guard text.count <= maximumToolBytes else {
            throw RequestRefusal(
                "Invalid '\(parameter)': it has more than \(maximumToolBytes) bytes.", parameter: parameter,
                code: "invalid_value")
        }
        return text
    }
}
