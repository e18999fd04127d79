// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives

/// What both engines have in common between the handlers and the loop's thread.
struct EngineCore: Sendable {
    let mailbox: EngineMailbox
    let board = LoadBoard()
    let time: any TimeSource
    let log: EngineLog
    /// Prompt and answer of one request together.
    private let requestTokens: Int

    init(limits: PlannerLimits, time: any TimeSource, log: EngineLog) {
        mailbox = EngineMailbox(maxLive: limits.maxRunning + limits.maxWaiting)
        requestTokens = min(limits.contextTokens, limits.maxRequestTokens)
        self.time = time
        self.log = log
    }

    func withGeneration<R>(
        _ request: GenerationRequest, prompt: [TokenID], decoding: AnswerDecoding? = nil,
        reading: (any AnswerReading)? = nil, _ body: (GenerationStream) async throws -> R
    ) async throws -> R {
        var request = request
        if request.fitsMaxTokens { request.maxTokens = min(request.maxTokens, max(1, requestTokens - prompt.count)) }
        let id = request.id
        let channel = TokenChannel { [mailbox] in mailbox.post(.drained(id)) }
        try mailbox.submit(
            Submission(
                request: request, prompt: prompt, channel: channel, at: time.now(), decoding: decoding,
                reading: reading))
        // Harmless after a regular end: the loop does not know the request any more.
        defer { mailbox.post(.cancel(id, .stopped)) }
        return try await body(GenerationStream(source: channel))
    }

    func cancel(_ id: RequestID, _ refusal: EngineRefusal) { mailbox.post(.cancel(id, refusal)) }

    /// Runs the loop on a thread of its own until the task is cancelled. The backend is made on that thread.
    func run(
        limits: PlannerLimits, prefillBudget: Duration,
        _ makeBackend: @escaping @Sendable () throws -> any SequenceBackend
    ) async throws {
        let outcome = ThreadOutcome()
        try await withTaskCancellationHandler {
            try await OwnedThread.run {
                do {
                    let backend = try makeBackend()
                    let calibration = try backend.calibrate()
                    board.setCalibration(calibration)
                    var limits = limits
                    // Thirty-two rows are what the matrix kernels need to be efficient; less saves nothing.
                    let affordable = calibration.prefillTokensPerSecond * prefillBudget.inSeconds
                    limits.prefillChunk = min(limits.batchTokens, max(32, Int(affordable)))
                    let rate = Int(calibration.prefillTokensPerSecond)
                    log.info("engine ready: prefill \(rate) tokens/s, chunk \(limits.prefillChunk)")
                    GenerationLoop(
                        backend: backend, limits: limits, mailbox: mailbox, board: board, time: time, log: log
                    ).run()
                } catch {
                    outcome.fail(error)
                    mailbox.close(.broken)
                    board.finish()
                }
            }
        } onCancel: {
            mailbox.stop()
        }
        try outcome.check()
    }
}
