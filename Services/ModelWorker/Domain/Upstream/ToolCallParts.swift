// SPDX-License-Identifier: Apache-2.0

/// The calls of tools that a streamed answer makes, put together from their parts (OpenAI's `delta.tool_calls`): the
/// first part of a call has its id and name, the others more of its arguments.
package struct ToolCallParts: Hashable, Sendable {
    package struct Call: Hashable, Sendable {
        package var id: [UInt8] = []
        package var name: [UInt8] = []
        /// JSON in a string, as the model wrote it: not checked here.
        package var arguments: [UInt8] = []
    }
    /// As many as any client would run for one answer.
    package static let maxCalls = 128
    package static let maxBytes = 1 << 20

    package private(set) var calls: [Call] = []
    private var bytes = 0

    package init() {}

    /// Reads the array of parts in one chunk. Parts beyond the bounds are an answer we do not take.
    mutating func read(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
        var parts: [(index: Int?, call: Call)] = []
        try cursor.items { (cursor) throws(JSONCursor.Failure) in
            var index: Int?
            var call = Call()
            try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
                switch name {
                case "index": index = try cursor.count()
                case "id": try cursor.appendText(to: &call.id)
                case "function":
                    try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
                        switch name {
                        case "name": try cursor.appendText(to: &call.name)
                        case "arguments": try cursor.appendText(to: &call.arguments)
                        default: try cursor.skip()
                        }
                    }
                default: try cursor.skip()
                }
            }
            parts.append((index, call))
        }
        for part in parts { try add(part.call, at: part.index) }
    }

    private mutating func add(_ part: Call, at index: Int?) throws(JSONCursor.Failure) {
        // Without an index a part with a name begins a call, and any other goes on with the last.
        let place = index ?? (part.name.isEmpty ? max(0, calls.count - 1) : calls.count)
        bytes += part.id.count + part.name.count + part.arguments.count
        guard place <= calls.count, place < Self.maxCalls, bytes <= Self.maxBytes else { throw .malformed }
        if place == calls.count { calls.append(Call()) }
        if calls[place].id.isEmpty { calls[place].id = part.id }
        if calls[place].name.isEmpty { calls[place].name = part.name }
        calls[place].arguments += part.arguments
    }
}
