// SPDX-License-Identifier: Apache-2.0

import Messages
import OrchestratorDomain
import Primitives

/// The beginnings that prompts of late had in common, with their text, so that a worker that joins can compute them
/// before the traffic comes.
///
/// Text of prompts: kept in memory only, never logged, bounded in number, octets and time, and each under the salt of
/// its tenant, without which no worker would find it for anybody.
struct HotPreambles: Sendable {
    struct Entry: Sendable {
        var model: String
        /// The leading system messages, as the worker is sent them.
        var messages: [PromptMessage]
        var tools: [UInt8]?
        var salt: [UInt8]
        var blocks: [UInt64]
        var bytes: Int
        /// Requests, of which the last minute's weigh most.
        fileprivate var heat = 1.0
        fileprivate var at: MonotonicInstant

        fileprivate func heat(at now: MonotonicInstant) -> Double {
            var heat = heat
            var age = now - at
            while age >= HotPreambles.halfLife, heat > 0.001 {
                heat /= 2
                age -= HotPreambles.halfLife
            }
            return heat
        }
    }

    private static let maxEntries = 128
    private static let maxBytes = 4 * 1_024 * 1_024
    /// Shorter ones are read in no time, longer ones are a tenant's own affair.
    static let worthwhile = 1_024...65_536
    private static let halfLife = Duration.seconds(60)
    /// What was not asked for in so long is forgotten.
    private static let lifetime = Duration.seconds(600)
    private static let sweep = Duration.seconds(60)
    /// Fewer requests in common are chance.
    private static let shared = 3.0

    private var entries: [UInt64: Entry] = [:]
    private(set) var bytes = 0
    private var sweptAt: MonotonicInstant?

    var count: Int { entries.count }

    /// A request began so.
    /// - Parameter make: what is to be kept of it; asked only where it is new.
    mutating func note(_ preamble: UInt64, at now: MonotonicInstant, _ make: () -> Entry?) {
        if sweptAt.map({ now - $0 >= Self.sweep }) ?? true {
            sweptAt = now
            forgetOld(at: now)
        }
        if let known = entries[preamble] {
            entries[preamble]?.heat = known.heat(at: now) + 1
            entries[preamble]?.at = now
            return
        }
        guard let new = make() else { return }
        while entries.count >= Self.maxEntries || bytes + new.bytes > Self.maxBytes { forgetColdest(at: now) }
        entries[preamble] = new
        bytes += new.bytes
    }

    private mutating func forgetOld(at now: MonotonicInstant) {
        for (preamble, entry) in entries where now - entry.at > Self.lifetime { forget(preamble) }
    }

    private mutating func forgetColdest(at now: MonotonicInstant) {
        guard let coldest = entries.min(by: { $0.value.heat(at: now) < $1.value.heat(at: now) }) else { return }
        forget(coldest.key)
    }

    private mutating func forget(_ preamble: UInt64) {
        if let gone = entries.removeValue(forKey: preamble) { bytes -= gone.bytes }
    }

    /// The beginnings of a model that would save the most reading, the best first.
    mutating func hottest(of model: String, most: Int, at now: MonotonicInstant) -> [Entry] {
        forgetOld(at: now)
        return entries.values.filter { $0.model == model && $0.heat(at: now) >= Self.shared }
            .map { (entry: $0, saved: $0.heat(at: now) * Double($0.bytes)) }
            .sorted { $0.saved > $1.saved }.prefix(most).map(\.entry)
    }
}

extension HotPreambles.Entry {
    /// nil where it is not worth it.
    init?(
        model: String, messages: [PromptEntry], tools: [UInt8]?, salt: [UInt8], at now: MonotonicInstant
    ) {
        let bytes = messages.reduce(tools?.count ?? 0) { $0 + $1.content.utf8.count }
        guard HotPreambles.worthwhile.contains(bytes) else { return nil }
        let hashes = PrefixHashes(salt: salt, model: model, tools: tools, prompt: messages, spoken: messages)
        self.init(
            model: model, messages: messages.map(PromptMessage.init), tools: tools, salt: salt,
            blocks: hashes.blocks, bytes: bytes, at: now)
    }
}
