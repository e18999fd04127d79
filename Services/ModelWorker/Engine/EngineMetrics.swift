// SPDX-License-Identifier: Apache-2.0

import Metrics
import ModelWorkerDomain
import Primitives

/// What an engine counts. Lives on the engine's thread; a step costs it three additions.
final class EngineMetrics {
    private let steps = Counter(label: "worker_steps_total")
    private let tokens = Counter(label: "worker_tokens_computed_total")
    private let batch = Recorder(label: "worker_step_tokens")
    private let stepTime = Timer(label: "worker_step_seconds")
    private let queueTime = Timer(label: "worker_queue_seconds")
    private let promptTokens = Counter(label: "worker_prompt_tokens_total")
    private let cachedTokens = Counter(label: "worker_cached_tokens_total")
    private let restoredTokens = Counter(label: "worker_restored_tokens_total")
    private let evictions = Counter(label: "worker_cache_evictions_total")
    private let corruptions = Counter(label: "worker_cache_corruptions_total")
    private let preemptions = Counter(label: "worker_preemptions_total")
    private let overdue = Counter(label: "worker_time_limited_total")
    private let proposed = DraftSource.allCases.map {
        Counter(label: "worker_draft_tokens_total", dimensions: [("source", $0.rawValue)])
    }
    private let accepted = DraftSource.allCases.map {
        Counter(label: "worker_draft_tokens_accepted_total", dimensions: [("source", $0.rawValue)])
    }
    private let running = Meter(label: "worker_running")
    private let waiting = Meter(label: "worker_waiting")
    private let freeTokens = Meter(label: "worker_free_cache_tokens")
    private let unreadTokens = Meter(label: "worker_unread_tokens")
    private let tierBytes = Meter(label: "worker_tier_memory_bytes")
    private let tierDiskBytes = Meter(label: "worker_tier_disk_bytes")
    private var told = CacheLedger.Counts()
    private var toldPreemptions = 0
    private var toldDrafts = BatchPlanner.DraftCounts()

    func step(tokens count: Int, took duration: Duration) {
        steps.increment()
        tokens.increment(by: Int64(count))
        batch.record(Int64(count))
        stepTime.recordNanoseconds(duration.nanoseconds)
    }

    func admitted(waited: Duration, prompt: Int, cached: Int) {
        queueTime.recordNanoseconds(waited.nanoseconds)
        promptTokens.increment(by: Int64(prompt))
        cachedTokens.increment(by: Int64(cached))
    }

    func timeLimited() { overdue.increment() }

    func report(_ load: EngineLoad, _ counts: CacheLedger.Counts) {
        running.set(load.running)
        waiting.set(load.waiting)
        freeTokens.set(load.freeTokens)
        unreadTokens.set(load.unreadTokens)
        tierBytes.set(load.tierMemoryBytes)
        tierDiskBytes.set(load.tierDiskBytes)
        restoredTokens.increment(by: Int64(counts.restoredTokens - told.restoredTokens))
        evictions.increment(by: Int64(counts.evictions - told.evictions))
        corruptions.increment(by: Int64(counts.corruptions - told.corruptions))
        preemptions.increment(by: Int64(load.preemptions - toldPreemptions))
        for (at, source) in DraftSource.allCases.enumerated() {
            proposed[at].increment(by: Int64(load.drafts[source].proposed - toldDrafts[source].proposed))
            accepted[at].increment(by: Int64(load.drafts[source].accepted - toldDrafts[source].accepted))
        }
        told = counts
        toldDrafts = load.drafts
        toldPreemptions = load.preemptions
    }
}
