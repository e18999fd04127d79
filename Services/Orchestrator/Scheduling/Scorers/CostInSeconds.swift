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

    /// - Parameter waiting: requests that stand in the line for this worker already.
    package init(of request: WorkRequest, at worker: WorkerRecord, match: Double, places: Int, waiting: Int) {
        self.match = match
        let rates = worker.rates
        if request.kind == .chat, worker.depth + waiting >= places {
            place = Double(worker.depth + waiting - places + 1) * rates.service / Double(places)
        }
        prefillBefore = Double(worker.ledger.uncachedTokens) / rates.prefill
        prefill = Double(request.promptTokens) * (1 - match) / rates.prefill
        if request.kind == .chat {
            decode = Double(request.expectedTokens) * rates.step(batch: min(worker.depth, places - 1) + 1)
        } else {
            // Embeddings stand behind one another; each counts as a step.
            decode = Double(worker.ledger.beside) * rates.step(batch: 1)
        }
    }

    package var waiting: Double { place + prefillBefore }
    package var firstToken: Double { waiting + prefill }
    package var total: Double { firstToken + decode }
}
