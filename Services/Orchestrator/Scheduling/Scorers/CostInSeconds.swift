// SPDX-License-Identifier: Apache-2.0

/// What a request costs at one worker, in seconds: queue depth, corrected for what the caches already hold and for how
/// fast the worker is.
package struct CostInSeconds: Hashable, Sendable {
    /// Until a place in its batch is free.
    package var place = 0.0
    /// Until the prompts before ours are read.
    package var prefillBefore = 0.0
    /// Reading what its cache does not hold of our prompt.
    package var prefill = 0.0
    /// Our answer, in a batch with one more.
    package var decode = 0.0
    /// The share of the prompt its cache holds.
    package var match = 0.0

    package init() {}

    /// - Parameters:
    ///   - waiting: requests that stand in the line for this worker already.
    ///   - others: how fast those that have the model were seen to be.
    package init(
        of request: WorkRequest, at worker: WorkerRecord, match: Double, places: Int, waiting: Int,
        beside others: SeenPace
    ) {
        self.match = match
        let rates = worker.rates
        if request.kind == .chat, worker.depth + waiting >= places {
            place = Double(worker.depth + waiting - places + 1) * rates.service / Double(places)
        }
        let pace = rates.prefill(beside: others)
        prefillBefore = Double(worker.ledger.uncachedTokens) / pace
        prefill = Double(request.promptTokens) * (1 - match) / pace
        if request.kind == .chat {
            let batch = min(worker.depth, places - 1) + 1
            decode = Double(request.expectedTokens) * rates.step(batch: batch, beside: others)
        } else {
            // Embeddings stand behind one another; each counts as a step.
            decode = Double(worker.ledger.beside) * rates.step(batch: 1, beside: others)
        }
    }

    package var waiting: Double { place + prefillBefore }
    package var firstToken: Double { waiting + prefill }
    package var total: Double { firstToken + decode }
}
