// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain

/// What an engine's cache holds beside what requests bring.
package struct CacheSettings: Hashable, Sendable {
    /// At most this many prompts are pinned: each holds its cells and a slot for ever.
    package static let maxPinned = 8

    /// System messages that are read before the worker is ready and never given up.
    package var pinnedPrompts: [String]
    /// Where saved sequences go when memory is full; nil: nowhere. Belongs to one process.
    package var tierFolder: String?

    package init(pinnedPrompts: [String] = [], tierFolder: String? = nil) {
        self.pinnedPrompts = pinnedPrompts
        self.tierFolder = tierFolder
    }

    /// The tokens that every prompt with this system message begins with: what two of them, with different
    /// questions, have in common. So no template need be known here.
    func pinnedTokens(_ tokens: ([ChatMessage]) throws -> [TokenID]) rethrows -> [[TokenID]] {
        try pinnedPrompts.prefix(Self.maxPinned).map { prompt in
            let system = ChatMessage(role: .system, content: prompt)
            let one = try tokens([system, ChatMessage(role: .user, content: "a")])
            let other = try tokens([system, ChatMessage(role: .user, content: "1")])
            return zip(one, other).prefix { $0.0 == $0.1 }.map(\.0)
        }
    }
}
