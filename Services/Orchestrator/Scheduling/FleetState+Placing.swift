// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Finding a worker for a request, at once or as soon as there is one.
extension FleetState {
    /// Chooses a worker and counts the call as in flight, in one step: two requests that arrive together must not both
    /// see an idle worker. When all that would do are full, the request stands in line.
    package mutating func submit(
        _ request: WorkRequest, at now: MonotonicInstant
    ) throws(PlacementRefusal) -> Submission {
        sweepIfDue(at: now)
        var request = expecting(request)
        if request.since == nil { request.since = now }
        noteFlood(request, at: now)
        let decision = decide(request, at: now)
        switch decision.outcome {
        case .place(let chosen):
            return .placed(dispatch(request, to: chosen, decision, at: now))
        case .nobody:
            // A fleet whose every worker has spoken will not offer the model by our waiting.
            if models[request.model]?.kind != request.kind, isComplete { throw .unknownModel }
            if request.kind != .chat {
                throw models[request.model]?.kind == request.kind ? .noneReady : .unknownModel
            }
            return .waits(try wait(request, for: nil, patience: 0, at: now))
        case .wait(let holder, let patience):
            if request.kind != .chat { throw .noneReady }
            return .waits(
                try wait(request, for: holder, patience: patience, isReleased: decision.rule == .released, at: now))
        }
    }

    /// Whether every worker on the list has spoken, so that what none of them offers does not exist. An empty list says
    /// nothing yet.
    package var isComplete: Bool {
        var hasAny = false
        for case let worker? in slots where !worker.isLeaving {
            if worker.report == nil { return false }
            hasAny = true
        }
        return hasAny
    }

    /// The request with how long an answer is likely to be.
    func expecting(_ request: WorkRequest) -> WorkRequest {
        var request = request
        let key = OutputLengths.Key(tenant: request.tenant, model: request.model, allowed: request.maxOutputTokens)
        request.expectedTokens = lengths.quantile(0.5, of: key, allowed: request.maxOutputTokens)
        return request
    }

    func decide(_ request: WorkRequest, at now: MonotonicInstant) -> WorkerChoice.Decision {
        choice.decide(request, in: view(for: request, at: now))
    }

    /// Lives only as long as a decision: the fleet is not copied for it, nor may it change under it.
    func view(for request: WorkRequest, at now: MonotonicInstant) -> FleetView {
        var candidates = (pools[request.pool] ?? WorkerSet()).intersection(ready)
        for address in request.excluded {
            if let slot = slotOf[address] { candidates.remove(slot) }
        }
        let isGreedy = isGreedy(request, at: now)
        let roomy = request.kind == .chat ? candidates.intersection(roomy[request.serviceClass.rawValue]) : candidates
        return FleetView(
            slots: slots, nameHashes: nameHashes, candidates: candidates,
            open: isGreedy || request.kind != .chat ? roomy : candidates.intersection(open), roomy: roomy,
            match: match(request, at: now), queue: queue, isGreedy: isGreedy,
            heat: request.heatKey(rules).flatMap { heat[$0] } ?? 0, pace: seen[request.pool] ?? SeenPace(),
            rules: rules, now: now)
    }

    static func second(_ now: MonotonicInstant) -> UInt32 {
        UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000_000)
    }

    private func match(_ request: WorkRequest, at now: MonotonicInstant) -> PrefixMatch {
        let second = Self.second(now)
        var match = index.match(request.blocks, at: second)
        for hint in request.hints where match.hinted.isEmpty {
            match.hinted = index.match([hint], at: second).anybody
        }
        return match.renumbered { slotOfHolder[$0] }
    }

    // MARK: Dispatch

    mutating func dispatch(
        _ request: WorkRequest, to chosen: ScoredWorker, _ decision: WorkerChoice.Decision, at now: MonotonicInstant
    ) -> Placement {
        let number = nextNumber
        nextNumber += 1
        let uncached = Int(Double(request.promptTokens) * (1 - chosen.cost.match))
        let share =
            Double(uncached) + Double(request.promptTokens - uncached) * rules.cachedWeight
            + Double(request.expectedTokens) * rules.decodeWeight
        let charged = request.kind == .chat ? queue.charge(request, tokens: Int(share)) : 0
        let key = OutputLengths.Key(tenant: request.tenant, model: request.model, allowed: request.maxOutputTokens)
        let since = request.since ?? now
        let settled = request.kind == .chat && chosen.cost.match < rules.holderShare ? uncached : 0
        let job = FleetJob(
            slot: chosen.slot, pool: request.pool, kind: request.kind, uncachedTokens: uncached,
            uncachedBefore: slots[chosen.slot]?.ledger.uncachedTokens ?? 0, settledTokens: settled,
            reservedTokens: request.promptTokens
                + lengths.quantile(0.9, of: key, allowed: request.maxOutputTokens),
            promptTokens: request.promptTokens, expectedTokens: request.expectedTokens,
            heldBlocks: decision.rule == .holder ? request.blocks : [],
            heatKey: request.heatKey(rules), tenant: request.tenant, serviceClass: request.serviceClass,
            lengths: request.kind == .chat ? key : nil, charged: charged, cost: Int(share), askedAt: since.nanoseconds,
            dispatchedAt: now.nanoseconds)
        noteUse(job, at: now)
        jobs[number] = job
        if let key = job.heatKey { heat[key, default: 0] += 1 }
        slots[chosen.slot]?.dispatched(job, at: now)
        if settled > 0 { slots[chosen.slot]?.settles(tokens: settled, at: now) }
        refresh(chosen.slot, at: now)
        if let holder = slots[chosen.slot]?.holder {
            index.record(prompt: request.blocks, holder: holder, at: Self.second(now))
            index.record(request.hints, holder: holder, at: Self.second(now))
        }
        let placement = Placement(
            job: number, worker: slots[chosen.slot]?.address ?? WorkerAddress(rawValue: ""),
            instance: slots[chosen.slot]?.report?.instance ?? 0, rule: decision.rule,
            serviceClass: request.serviceClass,
            waited: now - since, cost: chosen.cost)
        log.add(
            DecisionLog.Entry(
                at: now, turn: request.turn, model: request.model, promptTokens: request.promptTokens,
                placement: placement,
                considered: decision.considered.compactMap { scored in
                    slots[scored.slot].map { DecisionLog.Considered(worker: $0.address, cost: scored.cost) }
                }))
        return placement
    }

    // MARK: Waiting

    /// When one that found no place is looked at again.
    private static let nextLook = Duration.milliseconds(50)
    /// What one call spends on one model's in vain, in looks of some hundred nanoseconds; a decision is sixteen.
    private static let mostInVain = 256
    private static let decision = 16

    private mutating func wait(
        _ request: WorkRequest, for holder: ScoredWorker?, patience: Double, isReleased: Bool = false,
        at now: MonotonicInstant
    ) throws(PlacementRefusal) -> WaitingWork.Ticket {
        guard queue.hasRoom(for: request) else { throw .overloaded(retryAfter: retry(expectedWait(request, at: now))) }
        if holder != nil || !open.isEmpty || !ready.isEmpty {
            let wait = expectedWait(request, at: now)
            let bound = rules.waitBound(of: request.serviceClass)
            if wait > bound { throw .overloaded(retryAfter: retry(wait - bound)) }
        }
        let ticket = nextNumber
        nextNumber += 1
        queue.add(
            WaitingWork(
                ticket: ticket, request: request, line: holder.map { .worker($0.slot) } ?? .pool(request.pool),
                since: request.since ?? now, patientUntil: now + .nanoseconds(Int64(patience * 1e9)),
                match: holder?.cost.match ?? 0, wasReleased: isReleased,
                seconds: pace(of: request.pool, at: now).seconds(of: request, match: holder?.cost.match ?? 0)))
        return ticket
    }

    /// At least a second, and whole ones: nobody can come back more precisely.
    private func retry(_ seconds: Double) -> Duration { .seconds(Int64(max(1, min(60, seconds.rounded(.up))))) }

    /// The caller has left, or waits no longer: nothing was spent on it.
    package mutating func cancel(_ ticket: WaitingWork.Ticket) { queue.remove(ticket) }

    /// Whether a request that waits is to wait on. The caller asks now and then; there are no timers here.
    package mutating func review(_ ticket: WaitingWork.Ticket, at now: MonotonicInstant) -> PlacementRefusal? {
        sweepIfDue(at: now)
        serveImpatient(at: now)
        guard let work = queue[ticket] else { return nil }
        let isHopeless = view(for: work.request, at: now).candidates.isEmpty
        let isLate = work.request.until.map { now >= $0 } ?? false
        guard isHopeless || isLate else { return nil }
        queue.remove(ticket)
        guard isHopeless else { return .overloaded(retryAfter: retry(expectedWait(work.request, at: now))) }
        return models[work.request.model]?.kind == work.request.kind ? .noneReady : .unknownModel
    }

    /// Gives a worker's free places to those who wait for it.
    mutating func serve(_ slot: Int, at now: MonotonicInstant) {
        while !queue.isEmpty, open.contains(slot), let worker = slots[slot], let models = worker.report?.models {
            guard let next = next(for: slot, worker, models, at: now) else { return }
            hand(next, to: slot, at: now)
        }
    }

    /// The copies it makes of what the choice looks at must be gone when a place is given.
    private mutating func next(
        for slot: Int, _ worker: WorkerRecord, _ models: [ServedModel], at now: MonotonicInstant
    ) -> WaitingWork? {
        let address = worker.address
        let names = models.lazy.filter { $0.kind == .chat }.map { PoolName(model: $0.name, kind: .chat) }
        let isKept = roomy.map { !$0.contains(slot) }
        let uses = uses
        return queue.next(for: slot, of: Array(names), at: now) { work in
            let serviceClass = work.request.serviceClass.rawValue
            return !work.request.excluded.contains(address)
                && HasCacheRoom().keeps(worker, for: work.request, at: now)
                && !(isKept[serviceClass] && uses[serviceClass].isGreedy(work.request.tenant, at: now))
        }
    }

    private mutating func hand(_ work: WaitingWork, to slot: Int, at now: MonotonicInstant) {
        if case .pool = work.line, !work.wasReleased, follow(work, pastSlot: slot, at: now) { return }
        let scored = view(for: work.request, at: now).scored(slot, for: work.request)
        let isHolder = scored.cost.match >= rules.holderShare
        let decision = WorkerChoice.Decision(
            outcome: .place(scored), rule: isHolder ? .holder : work.wasReleased ? .released : .least,
            considered: [scored])
        answer(work, scored, decision, at: now)
    }

    /// While it stood in its model's line, another worker may have been given the prefix, for the first of many that
    /// came at once with a new one. Whoever comes free would read it again and push out what it holds.
    /// - Returns: whether it went there, or stands in that worker's line now.
    private mutating func follow(_ work: WaitingWork, pastSlot slot: Int, at now: MonotonicInstant) -> Bool {
        guard let decision = holderDecision(work.request, pastSlot: slot, at: now) else { return false }
        switch decision.outcome {
        case .place(let chosen):
            answer(work, chosen, decision, at: now)
        case .wait(let holder?, let patience):
            queue.stand(
                work.ticket, for: holder.slot, match: holder.cost.match,
                until: now + .nanoseconds(Int64(patience * 1e9)))
        case .wait, .nobody:
            return false
        }
        return true
    }

    /// What would be decided now, where others than this one hold the prompt.
    private func holderDecision(
        _ request: WorkRequest, pastSlot slot: Int, at now: MonotonicInstant
    ) -> WorkerChoice.Decision? {
        let view = view(for: request, at: now)
        let holders = view.match.holders(atLeast: rules.holderShare).intersection(view.candidates)
        return holders.isEmpty || holders.contains(slot) ? nil : choice.decide(request, in: view)
    }

    /// Charged before it leaves the line: while it stands there, somebody waits.
    private mutating func answer(
        _ work: WaitingWork, _ chosen: ScoredWorker, _ decision: WorkerChoice.Decision, at now: MonotonicInstant
    ) {
        answers.append((work.ticket, .success(dispatch(work.request, to: chosen, decision, at: now))))
        queue.remove(work.ticket)
    }

    /// Those who have waited for their holder as long as it is worth go wherever there is a place. While there is none,
    /// they wait on: a prompt that is read again elsewhere takes from a fleet what it has too little of.
    mutating func serveImpatient(at now: MonotonicInstant) {
        guard !queue.isEmpty, !open.isEmpty else { return }
        for pool in queue.impatientPools(at: now) { serveImpatient(of: pool, at: now) }
    }

    /// Nobody is looked at while no worker of the model has a place, and few in vain: the others when this is next
    /// called, which is at every end of a call.
    private mutating func serveImpatient(of pool: PoolName, at now: MonotonicInstant) {
        var vain = 0
        while vain < Self.mostInVain, pools[pool]?.intersects(open) == true,
            let work = queue.takeImpatient(of: pool, at: now)
        {
            if queue.isPastShare(work.request) {
                vain += 1
            } else {
                let decision = leave(work.request, at: now)
                if case .place(let chosen) = decision.outcome {
                    answer(work, chosen, decision, at: now)
                    continue
                }
                vain += Self.decision
            }
            queue.stay(work.ticket, until: now + Self.nextLook)
        }
    }

    private func leave(_ request: WorkRequest, at now: MonotonicInstant) -> WorkerChoice.Decision {
        let view = view(for: request, at: now)
        return choice.elsewhere(view.elsewhere(request), request, view, rule: .released)
    }
}
