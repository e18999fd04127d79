// SPDX-License-Identifier: Apache-2.0

/// What we ourselves have sent to one worker and not got back. Exact, and at once: a report is as old as the last time
/// the worker spoke, and routing by old reports sends everyone to the same worker.
package struct WorkLedger: Hashable, Sendable {
    /// Unfinished calls that take a place in the batch.
    package private(set) var inFlight = 0
    /// Of those, the ones whose first token has come.
    package private(set) var decoding = 0
    /// Prompt tokens not in the worker's cache, of calls whose first token has not come.
    package private(set) var uncachedTokens = 0
    /// Prompts and expected answers: what the calls take of the cache.
    package private(set) var reservedTokens = 0
    /// Calls beside the batch: embeddings.
    package private(set) var beside = 0

    package init() {}

    package mutating func dispatched(_ job: FleetJob) {
        if job.kind != .chat { beside += 1 } else { inFlight += 1 }
        uncachedTokens += job.uncachedTokens
        reservedTokens += job.reservedTokens
    }

    /// The worker counted the prompt: the estimate is replaced by what is true.
    package mutating func corrected(_ job: FleetJob, uncachedTokens new: Int) {
        guard !job.isDecoding else { return }
        uncachedTokens += new - job.uncachedTokens
    }

    package mutating func firstToken(_ job: FleetJob) {
        guard !job.isDecoding else { return }
        uncachedTokens -= job.uncachedTokens
        decoding += 1
    }

    package mutating func ended(_ job: FleetJob) {
        if job.kind != .chat { beside -= 1 } else { inFlight -= 1 }
        if job.isDecoding { decoding -= 1 } else { uncachedTokens -= job.uncachedTokens }
        reservedTokens -= job.reservedTokens
    }

    package var isEmpty: Bool { inFlight == 0 && beside == 0 }
}

/// One call that a worker has, as the fleet counts it.
package struct FleetJob: Hashable, Sendable {
    package var slot: Int
    package var pool: PoolName
    package var kind: ServedModel.Kind
    package var uncachedTokens: Int
    /// Of prompts that its worker had to read first.
    package var uncachedBefore: Int
    /// What it added to its worker's new prompts.
    package var settledTokens = 0
    package var reservedTokens: Int
    package var promptTokens: Int
    /// As the worker said.
    package var cachedTokens = 0
    package var expectedTokens: Int
    /// Of a prompt whose beginning its worker was believed to hold, what it is known by.
    package var heldBlocks: [UInt64] = []
    package var heatKey: UInt64?
    package var tenant: UInt64
    package var serviceClass: ServiceClass
    package var lengths: OutputLengths.Key?
    /// What it was charged of its tenant's share.
    package var charged: Int
    /// What it costs of anybody's share, in tokens of service.
    var cost = 0
    /// Nanoseconds of the monotonic clock.
    package var askedAt: UInt64
    package var dispatchedAt: UInt64
    package var startedAt: UInt64?
    package var isDecoding: Bool { startedAt != nil }
}
