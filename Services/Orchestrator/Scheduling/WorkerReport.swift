// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Where a worker listens ("host:port"), as the settings or the name they watch say. The fleet's name for a worker.
package struct WorkerAddress: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A model as a worker offers it.
package struct ServedModel: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case chat, embedding, ranking }
    package var name: String
    package var kind: Kind
    package var contextTokens: UInt32
    package var tokenizer: String
    package var createdAt: Timestamp
    /// The model that this one is an adapter of; nil for a model of its own.
    package var base: String?

    package init(
        name: String, kind: Kind, contextTokens: UInt32, tokenizer: String = "",
        createdAt: Timestamp = Timestamp(microseconds: 0), base: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.contextTokens = contextTokens
        self.tokenizer = tokenizer
        self.createdAt = createdAt
        self.base = base
    }
}

/// What a worker says of itself.
package struct WorkerReport: Hashable, Sendable {
    package var instance: UInt64
    /// Counts the reports of one stream from 1; 0 from a reporter that does not count.
    package var sequence: UInt64
    package var waiting: UInt32
    package var running: UInt32
    package var maxRunning: UInt32
    package var freeCacheTokens: UInt64
    /// 0 where the worker does not know.
    package var totalCacheTokens: UInt64
    /// Measured by the worker when it started; 0 where it did not.
    package var prefillTokensPerSecond: Float
    /// Time of one decode step at batch sizes 1, 2, 4, 8, …, in microseconds.
    package var stepMicroseconds: [Float]
    package var isDraining: Bool
    package var models: [ServedModel]
    /// Blocks that entered and left the prefix cache since the report before.
    package var insertedBlocks: [UInt64]
    package var evictedBlocks: [UInt64]

    package init(
        instance: UInt64, sequence: UInt64 = 0, waiting: UInt32 = 0, running: UInt32 = 0, maxRunning: UInt32 = 8,
        freeCacheTokens: UInt64 = 0, totalCacheTokens: UInt64 = 0, prefillTokensPerSecond: Float = 0,
        stepMicroseconds: [Float] = [], isDraining: Bool = false, models: [ServedModel],
        insertedBlocks: [UInt64] = [], evictedBlocks: [UInt64] = []
    ) {
        self.instance = instance
        self.sequence = sequence
        self.waiting = waiting
        self.running = running
        self.maxRunning = maxRunning
        self.freeCacheTokens = freeCacheTokens
        self.totalCacheTokens = totalCacheTokens
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.stepMicroseconds = stepMicroseconds
        self.isDraining = isDraining
        self.models = models
        self.insertedBlocks = insertedBlocks
        self.evictedBlocks = evictedBlocks
    }
}
