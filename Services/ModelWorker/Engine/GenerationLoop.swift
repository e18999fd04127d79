// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Primitives

/// The life of an engine's thread: take messages, plan a step, compute it, hand out tokens, again.
///
/// The same loop drives the real model and the simulated one; they differ in their backend. Nothing here is shared:
/// handlers reach it through the mailbox, answers leave through their channels, load through the board.
final class GenerationLoop {
    /// A class because it is changed in place for every token.
    final class Answer {
        var state: AnswerState
        var assembler: AnswerAssembler
        let channel: TokenChannel
        let submitted: MonotonicInstant
        var admitted: MonotonicInstant?
        var firstToken: MonotonicInstant?
        var cachedTokens = 0
        /// Tokens that went through the model, read or generated.
        var computed = 0
        /// How often it made room for others.
        var preemptions = 0

        init(
            _ state: AnswerState, _ channel: TokenChannel, submitted: MonotonicInstant,
            reading: (any AnswerReading)?
        ) {
            self.state = state
            self.channel = channel
            self.submitted = submitted
            assembler = AnswerAssembler(stops: state.request.stops, reading: reading)
        }
    }

    /// How late an answer may notice that its time is over.
    private static let timeCheck = Duration.milliseconds(100)

    let backend: any SequenceBackend
    let store: StateStore
    let mailbox: EngineMailbox
    let log: EngineLog
    let time: any TimeSource
    private let board: LoadBoard
    private let metrics = EngineMetrics()
    var planner: BatchPlanner
    private let calibration: Calibration
    private var answers: [RequestID: Answer] = [:]
    private var lastTimeCheck = MonotonicInstant(nanoseconds: 0)
    private var lastReport = MonotonicInstant(nanoseconds: 0)
    private var unreported = HeldBlocks.Changes()
    private var reported = EngineLoad()
    private var mustReport = true
    private var preemptions = 0

    init(
        backend: any SequenceBackend, store: StateStore, calibration: Calibration, limits: PlannerLimits,
        mailbox: EngineMailbox, board: LoadBoard, time: any TimeSource, log: EngineLog
    ) {
        self.backend = backend
        self.store = store
        self.calibration = calibration
        self.mailbox = mailbox
        self.board = board
        self.time = time
        self.log = log
        var limits = limits
        // The mailbox bounds running and waiting together; a burst waits here for the moment until it is admitted.
        limits.maxWaiting = mailbox.maxLive
        planner = BatchPlanner(limits: limits, stateBytesPerToken: backend.stateBytesPerToken)
        planner.setCost(calibration.cost)
        if let cost = calibration.draft { planner.setDraftModel(cost) }
    }

    func run() {
        while !mailbox.mustStop {
            for message in mailbox.take() { handle(message) }
            endOverdue(at: time.now())
            let plan = planner.plan(at: time.now())
            if plan.items.isEmpty, plan.actions.isEmpty, plan.admitted.isEmpty {
                note(plan)
                report()
                mailbox.wait(atMost: pause(until: plan.wakeAt))
            } else {
                perform(plan)
                report()
            }
        }
        mailbox.close(.stopped)
        store.close()
        for id in Array(answers.keys) { end(id, .failure(.stopped)) }
        board.finish()
    }

    private func pause(until moment: MonotonicInstant?) -> Duration {
        let longest = mustReport ? LoadBoard.spacing : LoadBoard.heartbeat
        guard let moment else { return longest }
        return min(longest, max(.zero, moment - time.now()))
    }

    // MARK: Messages

    private func handle(_ message: EngineMailbox.Message) {
        switch message {
        case .submit(let submission): accept(submission)
        case .cancel(let id, let refusal): if answers[id] != nil { end(id, .failure(refusal)) }
        case .drained(let id): planner.setPaused(false, id)
        case .fetched(let key, let saved): take(key, saved)
        case .adapter(let order): carryOut(order)
        case .report: mustReport = true
        }
    }

    private func accept(_ submission: Submission) {
        let request = submission.request
        let state = AnswerState(
            request: request, promptTokens: submission.prompt.count,
            promptDigest: SimulatedLanguage.digest(submission.prompt, adapter: request.scope.adapter),
            position: request.resumed.count,
            decoding: submission.decoding)
        let answer = Answer(state, submission.channel, submitted: submission.at, reading: submission.reading)
        answers[request.id] = answer
        // What these tokens show was shown by the worker that produced them.
        for token in request.resumed {
            guard take(token, answer, shows: request.resumedText.isEmpty) != nil else {
                return end(request.id, .failure(.broken))
            }
        }
        let remaining = request.maxTokens - request.resumed.count
        if answer.assembler.hasStopped || remaining <= 0 {
            answer.channel.start(
                GenerationStart(
                    promptTokens: state.promptTokens, cachedTokens: 0, promptDigest: state.promptDigest))
            return end(request.id, .success(answer.assembler.hasStopped ? .stop : .length))
        }
        let demand = Demand(
            id: request.id, scope: request.scope, requestClass: request.requestClass,
            tokens: submission.prompt + request.resumed, maxTokens: remaining,
            notBefore: backend.admissionDelay > .zero ? submission.at + backend.admissionDelay : nil,
            deadline: request.deadline)
        do {
            try planner.enqueue(demand, blocks: request.blocks, at: submission.at)
        } catch {
            end(request.id, .failure(.admission(error)))
        }
    }

    // MARK: A step

    private func note(_ plan: StepPlan) {
        for id in plan.expired { end(id, .failure(.expired)) }
        for id in plan.preempted {
            preemptions += 1
            answers[id]?.preemptions += 1
        }
        guard !plan.admitted.isEmpty else { return }
        let now = time.now()
        for admission in plan.admitted where !admission.isReturning {
            guard let answer = answers[admission.request] else { continue }
            // Resumed tokens may be cached too, but they are no part of the prompt.
            let cached = min(admission.cachedTokens, answer.state.promptTokens)
            answer.admitted = now
            answer.cachedTokens = cached
            metrics.admitted(waited: admission.waited, prompt: answer.state.promptTokens, cached: cached)
            answer.channel.start(
                GenerationStart(
                    promptTokens: answer.state.promptTokens, cachedTokens: cached,
                    promptDigest: answer.state.promptDigest))
        }
    }

    private func perform(_ plan: StepPlan) {
        var plan = plan
        var (took, worked, asking) = (Duration.zero, Duration.zero, Duration.zero)
        var isNoted = false
        do {
            // What could not be restored is computed, in the next plan: nothing has been told to anybody yet.
            let isWhole = try performActions(&plan)
            note(plan)
            isNoted = true
            guard isWhole, !plan.items.isEmpty else { return }
            asking = ask(&plan)
            let (start, begun) = (time.now(), backend.workTime)
            try backend.compute(plan, planner)
            took = time.now() - start
            worked = backend.workTime - begun
        } catch {
            // Those it admitted are told once that they have begun.
            if !isNoted { note(plan) }
            return recover(from: error, plan)
        }
        planner.complete(plan)
        if !calibration.isExact { planner.observe(plan, worked: worked, took: took) }
        metrics.step(tokens: plan.tokenCount, took: took + asking)
        do {
            try handOut(plan, at: time.now())
            planner.settle(plan, worked: worked, asking: asking)
        } catch {
            recover(from: error, plan)
        }
    }

    /// Takes from every item of a computed plan as many tokens as it is good for.
    private func handOut(_ plan: StepPlan, at now: MonotonicInstant) throws(BackendFailure) {
        for (index, item) in plan.items.enumerated() {
            let answer = answers[item.request]
            answer?.computed += item.count
            var came = 0
            // A foretold token that is the one chosen needs no step of its own: what follows it is computed too.
            while let answer, item.wantsOutput, let token = advance(answer, index, after: came, at: now),
                came < item.draft.count, token == item.draft[came]
            {
                planner.confirm(item)
                answer.computed += 1
                came += 1
            }
            if came < item.draft.count { try backend.cut(item.slot, from: item.position + item.count + came) }
        }
    }

    /// Takes the next token of one answer and hands it out.
    /// - Returns: the token; nil when the answer has ended, or its reader lags.
    private func advance(
        _ answer: Answer, _ item: Int, after drafted: Int, at now: MonotonicInstant
    ) -> TokenID? {
        let id = answer.state.request.id
        let token: TokenID
        do {
            token = try backend.nextToken(item, after: drafted, for: answer.state)
        } catch .deadEnd {
            return ended(id, .failure(.deadEnd))
        } catch {
            log.warning("an answer failed while its next token was chosen")
            return ended(id, .failure(.broken))
        }
        if answer.firstToken == nil { answer.firstToken = now }
        if backend.isEnd(token, of: answer.state) { return ended(id, .success(.stop)) }
        planner.accept(token, for: id)
        guard let text = take(token, answer) else { return ended(id, .failure(.broken)) }
        var tokens = GeneratedTokens(first: answer.state.position, text: text, ids: [token])
        if let report = answer.state.decoding?.report {
            tokens.reports = [SpelledReport(report, spelling: backend.bytes)]
        }
        let isLagging = answer.channel.push(tokens)
        answer.state.position += 1
        if answer.assembler.hasStopped { return ended(id, .success(.stop)) }
        if answer.state.position >= answer.state.request.maxTokens { return ended(id, .success(.length)) }
        guard isLagging else { return token }
        planner.setPaused(true, id)
        return nil
    }

    private func ended(_ id: RequestID, _ outcome: Result<GenerationEnd.Reason, EngineRefusal>) -> TokenID? {
        end(id, outcome)
        return nil
    }

    /// Takes a token into an answer; gives the text it shows, or nil when the answer's grammar refuses it.
    /// - Parameter shows: false for one whose text another worker has shown whole.
    private func take(_ token: TokenID, _ answer: Answer, shows: Bool = true) -> [UInt8]? {
        guard let decoding = answer.state.decoding else {
            return shows ? answer.assembler.append(backend.bytes(of: token)) : []
        }
        do {
            try decoding.accept(token)
        } catch {
            log.warning("an answer's grammar refused one of its tokens")
            return nil
        }
        return shows ? answer.assembler.append(decoding.spelling(of: token) ?? backend.bytes(of: token)) : []
    }

    private func recover(from failure: BackendFailure, _ plan: StepPlan) {
        if case .noRoom = failure, planner.cachedCount > 0 {
            log.warning("the cache had no room for a step; cached prefixes were given up")
            return planner.dropCache()
        }
        log.error("a step failed (\(failure)); its answers end, and the cache starts anew")
        for id in Set(plan.items.map(\.request)) { end(id, .failure(.broken)) }
        // Whatever else runs has lost its cells with the reset.
        for id in answers.filter({ $0.value.admitted != nil }).keys { end(id, .failure(.broken)) }
        planner.dropCache()
        planner.forgetPinned()
        backend.reset()
    }

    /// Ends what has run for as long as it may: what there is of the answer is the answer.
    private func endOverdue(at now: MonotonicInstant) {
        guard now - lastTimeCheck >= Self.timeCheck else { return }
        lastTimeCheck = now
        for (id, answer) in answers {
            guard let limit = answer.state.request.timeLimit, let admitted = answer.admitted, now - admitted >= limit
            else { continue }
            metrics.timeLimited()
            end(id, .success(.length), isTimeLimited: true)
        }
    }

    /// Ends one answer, whatever its state, exactly once.
    private func end(
        _ id: RequestID, _ outcome: Result<GenerationEnd.Reason, EngineRefusal>, isTimeLimited: Bool = false
    ) {
        guard let answer = answers.removeValue(forKey: id) else { return }
        planner.end(id)
        mailbox.release()
        let reason: GenerationEnd.Reason
        switch outcome {
        case .failure(let refusal): return answer.channel.fail(refusal)
        case .success(let value): reason = value
        }
        let rest = answer.assembler.finish()
        if !rest.isEmpty { _ = answer.channel.push(GeneratedTokens(first: answer.state.position, text: rest, ids: [])) }
        let now = time.now()
        let admitted = answer.admitted ?? now
        let firstToken = answer.firstToken ?? now
        let isWhole = reason == .stop && !answer.assembler.hasStopped
        answer.channel.finish(
            GenerationEnd(
                reason: isWhole && answer.assembler.hasCalls ? .toolCalls : reason,
                violation: isWhole ? answer.assembler.violation : nil, promptTokens: answer.state.promptTokens,
                cachedTokens: answer.cachedTokens,
                completionTokens: answer.state.position, computedTokens: answer.computed,
                queued: admitted - answer.submitted, prefill: firstToken - admitted, decode: now - firstToken,
                isTimeLimited: isTimeLimited, preemptions: answer.preemptions))
    }

    // MARK: Load

    /// Publishes what changed, at most every `LoadBoard.spacing`, and at least every `LoadBoard.heartbeat`.
    private func report() {
        let changes = planner.takeBlockChanges()
        unreported.inserted += changes.inserted
        unreported.evicted += changes.evicted
        var load = EngineLoad()
        load.waiting = planner.waitingCount
        load.running = planner.runningCount
        load.freeTokens = planner.freeTokens
        load.unreadTokens = planner.unreadTokens
        load.preemptions = preemptions
        load.tierMemoryBytes = planner.tier.memoryBytes
        load.tierDiskBytes = planner.tier.diskBytes
        load.drafts = reported.drafts
        let now = time.now()
        // Drafts change with nearly every step, and nobody waits to hear of them: the next report tells.
        let isQuiet = load == reported && unreported.isEmpty && !mustReport
        mustReport = !isQuiet
        guard now - lastReport >= (isQuiet ? LoadBoard.heartbeat : LoadBoard.spacing) else { return }
        if !calibration.isExact {
            board.setCalibration(Calibration(cost: planner.cost, upTo: planner.limits.maxRunning))
        }
        load.drafts = planner.drafts
        board.publish(load, unreported, planner.ledger)
        metrics.report(load, planner.ledger.total)
        unreported = HeldBlocks.Changes()
        reported = load
        lastReport = now
        mustReport = false
    }
}
