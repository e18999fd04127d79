// SPDX-License-Identifier: Apache-2.0

/// How fast a simulated worker is, and how much it holds.
struct WorkerModel {
    var places = 4
    /// Prefill of one block of 256 bytes that is not cached, in seconds; 64 tokens.
    var blockSeconds = 0.005 / 4
    /// Before the first token, whatever the prompt.
    var baseSeconds = 0.005
    var stepSeconds = 0.004
    var cacheBlocks = 352 * 4
    /// Tells the scheduler its blocks and its calibration; the mocks of the live benchmark cannot.
    var reports = false
}

/// One request of a workload.
struct SimulatedRequest {
    var number: Int
    var arrival: Double
    var tenant: UInt64
    /// 0 premium, 1 standard, 2 batch.
    var serviceClass = 1
    var blocks: [UInt64]
    var outputTokens: Int
    var spread: UInt64

    // What happened to it.
    var worker = -1
    var hits = 0
    var begun = -1.0
    var firstToken = -1.0
    var end = -1.0
    var attempts = 0
    var isRefused = false
    var ttft: Double { firstToken - arrival }
}

/// A worker: a batch with a bounded number of places, a line in front of it, and a prefix cache. Each place reads its
/// prompt and writes its answer at the worker's pace.
struct SimulatedWorker {
    let model: WorkerModel
    var cache: SimulatedCache
    var running = 0
    var waiting: [Int] = []
    var waitingHead = 0
    /// Grows when the worker fails: what ran before is void.
    var life: UInt64 = 1
    var served = 0
    var sequence: UInt64 = 0

    init(_ model: WorkerModel) {
        self.model = model
        cache = SimulatedCache(blocks: model.cacheBlocks)
    }

    var depth: Int { running + waiting.count - waitingHead }

    mutating func fail() {
        life += 1
        running = 0
        waiting = []
        waitingHead = 0
        sequence = 0
        cache = SimulatedCache(blocks: model.cacheBlocks)
    }

    /// Begins a request; returns when its first token and its end come, from now.
    mutating func begin(_ request: inout SimulatedRequest) -> (firstToken: Double, end: Double) {
        running += 1
        served += 1
        request.hits = cache.take(request.blocks)
        let prefill = model.baseSeconds + Double(request.blocks.count - request.hits) * model.blockSeconds
        return (prefill, prefill + Double(request.outputTokens) * model.stepSeconds)
    }
}
