// SPDX-License-Identifier: Apache-2.0

/// Reads the event stream of `/v1/chat/completions` as it comes, and keeps what the answer is made of.
///
/// Only the first choice counts; we ask for one. Everything here is said by a server we do not know: bounds, junk and
/// early ends are its normal case.
package struct ChatStreamReader: Sendable {
    package enum Failure: Error, Hashable, Sendable {
        case events(ServerEventReader.Failure)
        /// An event is no chunk of an answer.
        case malformed
        /// The server says that it failed, in the middle of its answer.
        case server(ServerError)
    }

    /// Text that came since it was last taken, calls of tools behind it (`ToolCallParts`). Log probabilities and
    /// reasoning are not kept: nothing of ours shows them.
    package private(set) var text: [UInt8] = []
    /// Pieces that came since they were last taken, each of one token at least. How many tokens a piece holds only the
    /// usage at the end says.
    package private(set) var pieces = 0
    /// The prompt's tokens, where the server was asked for them: its first chunk has them. Nil before.
    package private(set) var promptTokens: [TokenID]?
    private var toolCalls = ToolCallParts()
    /// As the server says it: "stop", "length", "tool_calls", …; nil before its end.
    package private(set) var finishReason: String?
    package private(set) var usage: ServerUsage?
    /// Whether the server said its last word, `[DONE]`.
    package private(set) var isDone = false

    private var events = ServerEventReader()

    package init() {}

    package mutating func read(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var events = self.events
        self.events = ServerEventReader()
        defer { self.events = events }
        try events.read(bytes, failing: { .events($0) }) { (event) throws(Failure) in try take(event) }
    }

    /// What came since the last call.
    package mutating func takePieces() -> (text: [UInt8], count: Int) {
        defer {
            text = []
            pieces = 0
        }
        return (text, pieces)
    }

    private mutating func take(_ event: UnsafeRawBufferPointer) throws(Failure) {
        guard !isDone else { return }
        if event.elementsEqual("[DONE]".utf8) {
            isDone = true
            return
        }
        var cursor = JSONCursor(event)
        var isChunk = false
        var isError = false
        do {
            guard try cursor.peek() == UInt8(ascii: "{") else { throw JSONCursor.Failure.malformed }
            try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
                switch name {
                case "choices":
                    isChunk = true
                    try cursor.items { (cursor) throws(JSONCursor.Failure) in try readChoice(&cursor) }
                case "prompt_token_ids": try readPromptTokens(&cursor)
                case "usage": usage = try ServerUsage.read(&cursor) ?? usage
                case "error":
                    isError = try cursor.peek() != UInt8(ascii: "n")
                    try cursor.skip()
                case "message", "detail":
                    if !isChunk { isError = true }
                    try cursor.skip()
                default: try cursor.skip()
                }
            }
            guard cursor.isAtEnd() else { throw JSONCursor.Failure.malformed }
        } catch {
            throw .malformed
        }
        if isError { throw .server(ServerError(body: event)) }
    }

    private mutating func readPromptTokens(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
        guard promptTokens == nil, try cursor.peek() == UInt8(ascii: "[") else { return try cursor.skip() }
        var tokens: [TokenID] = []
        try cursor.items { (cursor) throws(JSONCursor.Failure) in
            if let token = try cursor.count() { tokens.append(TokenID(clamping: token)) }
        }
        promptTokens = tokens
    }

    private mutating func readChoice(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
        let before = text.count
        var said = 0
        var reason: String?
        var index = 0
        // Another choice than the first is thrown away: its calls are read into a value that goes.
        var calls = toolCalls
        try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
            switch name {
            case "index": index = try cursor.count() ?? 0
            case "delta": said = try readDelta(&cursor, &calls)
            case "finish_reason": reason = try cursor.text()
            default: try cursor.skip()
            }
        }
        guard index == 0 else {
            text.removeSubrange(before...)
            return
        }
        toolCalls = calls
        pieces += said
        if let reason { finishReason = String(reason.prefix(32)) }
    }

    /// - Returns: how many pieces of an answer the delta holds, 0 or 1.
    private mutating func readDelta(
        _ cursor: inout JSONCursor, _ calls: inout ToolCallParts
    ) throws(JSONCursor.Failure) -> Int {
        var isSaid = false
        let before = text.count
        var reasoning: [UInt8] = []
        try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
            switch name {
            case "content":
                let start = text.count
                try cursor.appendText(to: &text)
                // The marks of calls are ours to write.
                if text[start...].contains(where: { $0 == ToolCallParts.recordMark || $0 == ToolCallParts.unitMark }) {
                    text.replaceSubrange(start..., with: ToolCallParts.clean(Array(text[start...])))
                }
            // Generated and paid for, but no part of the answer's text.
            case "reasoning_content", "reasoning": try cursor.appendText(to: &reasoning)
            case "tool_calls":
                if try cursor.peek() == UInt8(ascii: "[") { isSaid = true }
                try calls.read(&cursor, to: &text)
            default: try cursor.skip()
            }
        }
        return isSaid || text.count > before || !reasoning.isEmpty ? 1 : 0
    }
}
