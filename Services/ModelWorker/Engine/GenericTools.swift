// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// Tools for models whose template knows none: told in the system message, called between tags, in the notation that
/// Nous Research's Hermes models began and many others learnt. Any template can carry it, because it is only text.
enum GenericTools {
    /// The notation as a template. It is rendered for its grammar and its parser, never for its prompt; the library
    /// finds out from it how calls are written.
    static let notation = """
        {%- if tools %}
            {{- '<|im_start|>system\\n' }}
            {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}
            {{- '<tools>' }}
            {%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}
            {{- '\\n</tools>\\n<tool_call>\\n{"name": "<name>", "arguments": <arguments>}\\n</tool_call>' }}
            {{- '<|im_end|>\\n' }}
        {%- elif messages[0].role == 'system' %}
            {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
        {%- endif %}
        {%- for message in messages %}
            {%- if message.role == 'system' and loop.first %}
            {%- elif message.role == 'assistant' and message.tool_calls %}
                {{- '<|im_start|>assistant\\n' }}
                {%- if message.content %}{{- message.content + '\\n' }}{%- endif %}
                {%- for call in message.tool_calls %}
                    {%- if not loop.first %}{{- '\\n' }}{%- endif %}
                    {{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
                    {{- call.function.arguments | tojson }}{{- '}\\n</tool_call>' }}
                {%- endfor %}
                {{- '<|im_end|>\\n' }}
            {%- elif message.role == 'tool' %}
                {%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{%- endif %}
                {{- '\\n<tool_response>\\n' + message.content + '\\n</tool_response>' }}
                {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{- '<|im_end|>\\n' }}{%- endif %}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
        """

    /// The conversation in words that a template without tools understands.
    static func told(_ messages: [ChatMessage], tools: [JSONValue]) -> [ChatMessage] {
        var told: [ChatMessage] = []
        if !tools.isEmpty {
            let instruction = instruction(tools)
            if let first = messages.first, first.role == .system {
                told.append(ChatMessage(role: .system, content: first.content + "\n\n" + instruction))
            } else {
                told.append(ChatMessage(role: .system, content: instruction))
            }
        }
        for (index, message) in messages.enumerated() where tools.isEmpty || index > 0 || message.role != .system {
            switch message.role {
            case .tool:
                let text = "<tool_response>\n\(message.content)\n</tool_response>"
                if index > 0, messages[index - 1].role == .tool, !told.isEmpty {
                    told[told.count - 1].content += "\n" + text
                } else {
                    told.append(ChatMessage(role: .user, content: text))
                }
            case .assistant where !message.calls.isEmpty:
                let calls = message.calls.map(written).joined(separator: "\n")
                let content = message.content.isEmpty ? calls : message.content + "\n" + calls
                told.append(ChatMessage(role: .assistant, content: content))
            default: told.append(message)
            }
        }
        return told
    }

    private static func instruction(_ tools: [JSONValue]) -> String {
        let list = tools.map { String(decoding: $0.text, as: UTF8.self) }.joined(separator: "\n")
        return """
            You can call these functions. Each line describes one:
            <tools>
            \(list)
            </tools>

            To call a function, write its name and its arguments as JSON between these tags, and nothing after them:
            <tool_call>
            {"name": "<name>", "arguments": <arguments>}
            </tool_call>
            """
    }

    private static func written(_ call: ToolCall) -> String {
        let name = String(decoding: JSONValue.string(call.name).text, as: UTF8.self)
        let arguments = call.arguments.isEmpty ? "{}" : call.arguments
        return "<tool_call>\n{\"name\": \(name), \"arguments\": \(arguments)}\n</tool_call>"
    }
}
