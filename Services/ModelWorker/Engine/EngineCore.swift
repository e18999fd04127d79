// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives

/// What both engines have in common between the handlers and the loop's thread.
struct EngineCore: Sendable {
    let mailbox: EngineMailbox
    let board = LoadBoard()
    let time: any TimeSource
    let log: EngineLog
    let adapters: EngineAdapters
    /// Prompt and answer of one request together.
    private let requestTokens: Int

    init(
        limits: PlannerLimits, settings: AdapterSettings, adapters: [AdapterBook.Adapter], time: any TimeSource,
        log: EngineLog
    ) {
        mailbox = EngineMailbox(maxLive: limits.maxRunning + limits.maxWaiting)
        self.adapters = EngineAdapters(settings, adapters, mailbox: mailbox)
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
    /// - Parameters:
    ///   - tierFolder: where saved sequences go from memory; nil: nowhere.
    ///   - pinned: prompts to read before anything else, and to hold.
    func run(
        limits: PlannerLimits, tierFolder: String? = nil, pinned: [[TokenID]] = [],
        _ makeBackend: @escaping @Sendable () throws -> any SequenceBackend
    ) async throws {
        let outcome = ThreadOutcome()
        try await withTaskCancellationHandler {
            try await OwnedThread.run {
                var disk: StateDisk?
                do {
                    let backend = try makeBackend()
                    let calibration = try backend.calibrate()
                    disk = tierFolder.flatMap { openDisk(in: $0, of: backend, limits) }
                    var limits = limits
                    if disk == nil { limits.tier.diskBytes = 0 }
                    let loop = GenerationLoop(
                        backend: backend, store: StateStore(disk: disk), calibration: calibration, limits: limits,
                        mailbox: mailbox, board: board, time: time, log: log)
                    if let disk { loop.adopt(disk) }
                    try loop.pin(pinned)
                    // Ready from here: the fleet sees the rate, and the process's health with it.
                    board.setCalibration(calibration)
                    log.info("engine ready: prefill \(Int(calibration.prefillTokensPerSecond)) tokens/s")
                    loop.run()
                } catch {
                    disk?.close()
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

    private func openDisk(in folder: String, of backend: any SequenceBackend, _ limits: PlannerLimits) -> StateDisk? {
        guard limits.tier.isEnabled, limits.tier.diskBytes > 0, backend.stateBytesPerToken > 0 else { return nil }
        let model = StateChecksum.of(Array(backend.stateIdentity.utf8))
        let disk = StateDisk(folder: folder, model: model) { [mailbox] key, saved in mailbox.post(.fetched(key, saved))
        }
        guard let disk, disk.start() else {
            log.warning("the folder for saved sequences cannot be used, or another worker has it: memory only")
            return nil
        }
        return disk
    }
}
