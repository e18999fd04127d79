// SPDX-License-Identifier: Apache-2.0

/// What the scheduler is asked: a place for this work.
package struct WorkRequest: Hashable, Sendable {
    package var model: String
    package var kind: ServedModel.Kind
    /// Workers that failed this very request before its first token.
    package var excluded: Set<WorkerAddress>
    /// The worker whose cache is believed to hold the beginning of this prompt.
    package var holder: PrefixHolder?
    /// Spreads requests that nothing else tells apart, the same way on every orchestrator.
    package var spread: UInt64

    package init(
        model: String, kind: ServedModel.Kind, excluded: Set<WorkerAddress> = [], holder: PrefixHolder? = nil,
        spread: UInt64
    ) {
        self.model = model
        self.kind = kind
        self.excluded = excluded
        self.holder = holder
        self.spread = spread
    }
}

/// A worker that served the conversation or the prefix before, and which life of it: a restarted worker holds nothing.
package struct PrefixHolder: Hashable, Sendable {
    package var worker: WorkerAddress
    package var instance: UInt64

    package init(worker: WorkerAddress, instance: UInt64) {
        self.worker = worker
        self.instance = instance
    }
}
