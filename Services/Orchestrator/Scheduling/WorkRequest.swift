// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What the scheduler is asked: a place for this work.
package struct WorkRequest: Hashable, Sendable {
    package var model: String
    package var kind: ServedModel.Kind
    /// Workers that failed this very request before.
    package var excluded: Set<WorkerAddress>
    /// Chained hashes of the prompt's blocks, which name what caches hold. Empty for work without a cache.
    package var blocks: [UInt64]
    /// Other names under which a worker may be known to hold it all: its conversation, or the end of the last answer
    /// where that is no block's end.
    package var hints: [UInt64] = []
    /// Spreads requests that nothing else tells apart, the same way on every orchestrator: for a chat the hash of its
    /// preamble, so that first turns with one system prompt meet.
    package var spread: UInt64
    /// The prompt's length, by estimate until a worker counts it.
    package var promptTokens: Int
    /// The longest answer that was asked for.
    package var maxOutputTokens: Int
    /// How long the answer is likely to get. The fleet fills it in from those before.
    package var expectedTokens = 0
    /// Whose share of the fleet it counts against; a hash.
    package var tenant: UInt64
    package var serviceClass: ServiceClass
    /// When it was first asked for: one that a worker lost keeps its place in the line.
    package var since: MonotonicInstant?
    /// Waits no longer than this.
    package var until: MonotonicInstant?
    /// Random bits of the request's own, so that decisions are functions of their input.
    package var draw: UInt64
    /// What an explanation is looked up by.
    package var turn: UUIDv7?

    package init(
        model: String, kind: ServedModel.Kind, excluded: Set<WorkerAddress> = [], blocks: [UInt64] = [],
        spread: UInt64, promptTokens: Int = 0, maxOutputTokens: Int = 256, tenant: UInt64 = 0,
        serviceClass: ServiceClass = .standard, draw: UInt64 = .max, turn: UUIDv7? = nil
    ) {
        self.model = model
        self.kind = kind
        self.excluded = excluded
        self.blocks = blocks
        self.spread = spread
        self.promptTokens = promptTokens
        self.maxOutputTokens = maxOutputTokens
        self.tenant = tenant
        self.serviceClass = serviceClass
        self.draw = draw
        self.turn = turn
    }

    package var pool: PoolName { PoolName(model: model, kind: kind) }
    /// Names those that ask for the same long prefix at once.
    package func heatKey(_ rules: SchedulingRules) -> UInt64? {
        blocks.isEmpty ? nil : blocks[min(blocks.count - 1, Int(Double(blocks.count) * rules.holderShare))]
    }
    /// What it takes of the queue's memory, about.
    package var bytes: Int { 256 + blocks.count * 8 }
}

/// The workers that serve one model.
package struct PoolName: Hashable, Sendable {
    package var model: String
    package var kind: ServedModel.Kind

    package init(model: String, kind: ServedModel.Kind) {
        self.model = model
        self.kind = kind
    }
}
