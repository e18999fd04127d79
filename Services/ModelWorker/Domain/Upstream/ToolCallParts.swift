// SPDX-License-Identifier: Apache-2.0

/// Writes the calls of tools that a streamed answer makes as our own workers write them: behind the answer's text,
/// U+001E, id, U+001F, name, U+001F, arguments for each. The parts (OpenAI's `delta.tool_calls`) come in order: the
/// first of a call has its id and name, the others more of its arguments.
struct ToolCallParts: Hashable, Sendable {
    private struct Part {
        var index: Int?
        var id: [UInt8] = []
        var name: [UInt8] = []
        var arguments: [UInt8] = []
    }
    /// As many as any client would run for one answer.
    static let maxCalls = 128
    /// Of an id and a name together.
    static let maxNameBytes = 4_096
    static let recordMark: UInt8 = 0x1E
    static let unitMark: UInt8 = 0x1F

    /// Calls whose name has come.
    private(set) var count = 0
    /// The id of the call whose name has not come yet.
    private var pendingID: [UInt8] = []

    /// Reads the array of parts in one chunk and appends what it says to the answer's text. Parts beyond the bounds, or
    /// of a call before the last, are an answer we do not take.
    mutating func read(_ cursor: inout JSONCursor, to text: inout [UInt8]) throws(JSONCursor.Failure) {
        var parts: [Part] = []
        try cursor.items { (cursor) throws(JSONCursor.Failure) in
            var part = Part()
            try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
                switch name {
                case "index": part.index = try cursor.count()
                case "id": try cursor.appendText(to: &part.id)
                case "function":
                    try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
                        switch name {
                        case "name": try cursor.appendText(to: &part.name)
                        case "arguments": try cursor.appendText(to: &part.arguments)
                        default: try cursor.skip()
                        }
                    }
                default: try cursor.skip()
                }
            }
            guard parts.count < Self.maxCalls else { throw .malformed }
            parts.append(part)
        }
        for part in parts { try add(part, to: &text) }
    }

    private mutating func add(_ part: Part, to text: inout [UInt8]) throws(JSONCursor.Failure) {
        // Without an index a part with a name begins a call, and any other goes on with the last.
        let place = part.index ?? (part.name.isEmpty ? max(0, count - 1) : count)
        if place == count {
            if pendingID.isEmpty { pendingID = part.id }
            guard pendingID.count + part.name.count <= Self.maxNameBytes else { throw .malformed }
            guard !part.name.isEmpty else {
                guard part.arguments.isEmpty else { throw .malformed }
                return
            }
            guard count < Self.maxCalls else { throw .malformed }
            count += 1
            text.append(Self.recordMark)
            // Some servers leave the id to their callers.
            text += Self.clean(pendingID.isEmpty ? Array("call_\(count)".utf8) : pendingID)
            text.append(Self.unitMark)
            text += Self.clean(part.name)
            text.append(Self.unitMark)
            pendingID = []
        } else if place != count - 1 {
            throw .malformed
        }
        text += Self.clean(part.arguments)
    }

    /// Without the marks: what a server says cannot begin a call of its own.
    static func clean(_ bytes: [UInt8]) -> [UInt8] {
        bytes.contains { $0 == recordMark || $0 == unitMark }
            ? bytes.filter { $0 != recordMark && $0 != unitMark } : bytes
    }
}
