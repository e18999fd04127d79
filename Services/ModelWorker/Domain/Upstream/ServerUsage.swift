// SPDX-License-Identifier: Apache-2.0

/// Tokens as another server counted them.
package struct ServerUsage: Hashable, Sendable {
    package var prompt: Int
    package var completion: Int
    /// nil when the server does not say.
    package var cached: Int?

    package init(prompt: Int = 0, completion: Int = 0, cached: Int? = nil) {
        self.prompt = prompt
        self.completion = completion
        self.cached = cached
    }

    /// No answer has more of any; a server that says so is wrong, and sums stay far from overflow.
    private static let most = 1 << 28

    private static func count(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) -> Int? {
        try cursor.count().map { min($0, most) }
    }

    /// Reads OpenAI's `usage`; nil when the value is no object, as the `null` of every chunk but the last.
    static func read(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) -> ServerUsage? {
        guard try cursor.peek() == UInt8(ascii: "{") else {
            try cursor.skip()
            return nil
        }
        var usage = ServerUsage()
        try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
            switch name {
            case "prompt_tokens": usage.prompt = try count(&cursor) ?? 0
            case "completion_tokens": usage.completion = try count(&cursor) ?? 0
            case "prompt_tokens_details":
                try cursor.members { (cursor, name) throws(JSONCursor.Failure) in
                    if case "cached_tokens" = name { usage.cached = try count(&cursor) } else { try cursor.skip() }
                }
            default: try cursor.skip()
            }
        }
        // A server that counts more cached than there were is wrong about the cached ones.
        if let cached = usage.cached { usage.cached = min(cached, usage.prompt) }
        return usage
    }
}
