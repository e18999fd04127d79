// SPDX-License-Identifier: Apache-2.0

/// Chained 64-bit hashes of a prompt's canonical rendering: one at the end of every 256-byte block, and one at the end
/// of every message when asked.
///
/// A hash covers everything before it, so two prompts share exactly as many leading hashes as they share leading
/// blocks. The tenant's salt and the model's name go in first: the same text of another organisation, or for another
/// model, has other hashes. They route requests and name cached blocks; they protect nothing, hence a fast mixing
/// function (the fold of a 128-bit product) and no cryptography.
package struct PrefixHasher: Sendable {
    /// Small enough to see a shared system prompt, large enough that a 100 KiB prompt has only 400 hashes.
    package static let blockBytes = 256

    private var state: UInt64
    private var word: UInt64 = 0
    /// Bytes taken in so far.
    private var length: UInt64 = 0
    /// The hash at the end of each whole block.
    package private(set) var blocks: [UInt64] = []

    package init(salt: some Sequence<UInt8>, model: String) {
        state = 0x9E37_79B9_7F4A_7C15
        for byte in salt { state = Self.mix(state ^ UInt64(byte)) }
        for byte in model.utf8 { state = Self.mix(state ^ UInt64(byte)) }
    }

    /// Takes in one message. Its parts are separated by bytes that cannot stand in UTF-8 text, so that no two
    /// different messages are rendered alike.
    package mutating func add(_ entry: PromptEntry) {
        add(byte: 0xFF)
        add(entry.role.rawValue)
        if let name = entry.name {
            add(byte: 0xFE)
            add(name)
        }
        add(byte: 0xFD)
        add(entry.content)
        if let calls = entry.toolCalls {
            add(byte: 0xFC)
            add(bytes: calls)
        }
        if let call = entry.toolCallID {
            add(byte: 0xFB)
            add(call)
        }
    }

    package mutating func add(bytes: [UInt8]) {
        for byte in bytes { add(byte: byte) }
    }

    /// The hash of everything taken in so far, at whatever place that ends.
    package var border: UInt64 { Self.mix(Self.mix(state ^ word) ^ length) }

    private mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            for byte in utf8 { add(byte: byte) }
        }
    }

    private mutating func add(byte: UInt8) {
        word |= UInt64(byte) << ((length & 7) * 8)
        length &+= 1
        guard length & 7 == 0 else { return }
        state = Self.mix(state ^ word)
        word = 0
        if length & UInt64(Self.blockBytes - 1) == 0 { blocks.append(state) }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low &+ 0x8EBC_6AF0_9C88_C6E3
    }
}

/// What routing knows of a prompt.
package struct PrefixHashes: Hashable, Sendable {
    /// One per whole block of the rendering that the worker is sent.
    package var blocks: [UInt64]
    /// The hash up to and including the last answer in the client's own messages: what the turn that gave that answer
    /// recorded at its end. nil for a first turn.
    package var afterLastAnswer: UInt64?
    /// The hash up to that answer, without it: what that turn recorded at its start. Finds the worker even when the
    /// client edited or trimmed the answer.
    package var beforeLastAnswer: UInt64?
    /// The hash of all messages of this turn.
    package var whole: UInt64
    /// The hash of tools and leading system messages: spreads first turns so that those with one system prompt meet on
    /// one worker, the same on every orchestrator.
    package var preamble: UInt64

    /// - Parameters:
    ///   - prompt: the messages as the worker gets them, passages written in.
    ///   - spoken: the same messages as the client sends them again next time, without passages.
    package init(
        salt: some Sequence<UInt8>, model: String, tools: [UInt8]?, prompt: [PromptEntry], spoken: [PromptEntry]
    ) {
        var hasher = PrefixHasher(salt: salt, model: model)
        if let tools { hasher.add(bytes: tools) }
        var rendered = hasher
        preamble = hasher.border
        hasPreamble = tools != nil || spoken.first?.role == .system
        let lastAnswer = spoken.lastIndex { $0.role == .assistant }
        var isPreamble = true
        for (index, entry) in spoken.enumerated() {
            if index == lastAnswer { beforeLastAnswer = hasher.border }
            hasher.add(entry)
            if index == lastAnswer { afterLastAnswer = hasher.border }
            isPreamble = isPreamble && entry.role == .system
            if isPreamble { preamble = hasher.border }
        }
        whole = hasher.border
        ending = hasher
        if prompt == spoken {
            blocks = hasher.blocks
        } else {
            for entry in prompt { rendered.add(entry) }
            blocks = rendered.blocks
        }
    }

    /// What names the worker of a prompt that nobody holds: a place early in it that later turns, and others with the
    /// same beginning, share; the preamble of a short one.
    package var spread: UInt64 {
        if blocks.count > Self.spreadBlock { return blocks[Self.spreadBlock] }
        return hasPreamble ? preamble : whole
    }

    /// The fourth block: past most role headers, before most differences.
    private static let spreadBlock = 3

    /// The hash that the next turn will look for: everything said so far and this answer.
    package func after(answer: String) -> UInt64 {
        var hasher = ending
        hasher.add(PromptEntry(.assistant, answer))
        return hasher.border
    }

    private var ending: PrefixHasher
    private let hasPreamble: Bool
    package static func == (a: Self, b: Self) -> Bool { a.whole == b.whole && a.blocks == b.blocks }
    package func hash(into hasher: inout Hasher) { hasher.combine(whole) }
}
