// SPDX-License-Identifier: Apache-2.0

import Clients
import Logging
import Messages
import OrchestratorScheduling
import Primitives
import RPC

/// Asking a second worker when the first token is late.
///
/// Whichever speaks first is the answer; the other call is ended before anything of it has been taken in. So the
/// window, the log and the bill know of one answer only, as they do where a worker was lost before its first token.
/// Generation has no effect before the client sees of it, so a prompt may be computed twice.
extension TurnStory {
    typealias Elements = StreamReader<GenerateEvent>

    /// How a call began.
    enum Opening {
        /// It is to be read on; what it said first has been taken from it.
        case first(Said?)
        /// Another worker's answer was taken in its place, to its end.
        case second(GenerateFinished)
    }

    /// What was read and not yet taken in. A class: whoever waits between tokens keeps a word of it.
    final class Said {
        private var element: StreamElement<GenerateEvent>?

        init(_ element: StreamElement<GenerateEvent>) { self.element = element }

        func take() -> StreamElement<GenerateEvent>? {
            defer { element = nil }
            return element
        }
    }

    /// Waits for the first word of a call, and asks another worker when it is late.
    /// - Parameters:
    ///   - patience: what is waited before.
    ///   - placement: where the call is, and at last where the answer comes from.
    ///   - tries: told of whichever worker fails while both are asked.
    func opening(
        of first: Elements, _ generate: GenerateRequest, _ work: WorkRequest, after patience: Duration,
        at placement: inout Placement, _ tries: inout WorkerTries, _ judge: Judge?
    ) async throws -> Opening {
        var waited = Duration.zero
        var patience = patience
        var isFirstLook = true
        while true {
            guard let bell = first.bell(after: patience) else { return .first(nil) }
            defer { bell.cancel() }
            while try await first.hasNews(before: bell) {
                if let said = try takeBeginning(try await first.next(), at: placement) { return .first(said) }
            }
            waited += patience
            switch second(beside: placement, work, after: waited, isFirstLook: isFirstLook) {
            case .placed(let second):
                return try await race(
                    first, generate, at: &placement, beside: second, after: waited, &tries, judge)
            case .nobody:
                return .first(nil)
            case .noSooner:
                // The later it is, the likelier something is wrong there. Twice as late each time: a few looks until
                // the deadline.
                patience = waited
                isFirstLook = false
            }
        }
    }

    /// A second worker for a call whose first token is so late, where one is likely to be sooner.
    private func second(
        beside placement: Placement, _ work: WorkRequest, after waited: Duration, isFirstLook: Bool
    ) -> FleetState.Beside {
        guard parts.hedging.spend() else { return .nobody }
        let found = parts.fleet.placeBeside(placement, work) {
            parts.hedging.pays($0, after: waited, with: placement, of: request.model)
        }
        switch found {
        case .noSooner: parts.hedging.giveBack(.noSooner, isTold: isFirstLook)
        case .nobody: parts.hedging.giveBack(.nobody)
        case .placed(let second):
            // While a connection is made nobody reads the first call, whose token may come meanwhile.
            guard parts.workers.isReadyHere(second.worker) else {
                parts.fleet.finished(second, .abandoned)
                parts.hedging.giveBack(.nobody)
                return .nobody
            }
            parts.logger.info(
                "a second worker is asked",
                metadata: [
                    "turn": "\(request.turnID)", "worker": "\(placement.worker)", "second": "\(second.worker)",
                ])
        }
        return found
    }

    /// What a call says before it has anything to say is taken in; the rest is given back.
    private func takeBeginning(
        _ element: StreamElement<GenerateEvent>?, at placement: Placement
    ) throws -> Said? {
        guard let element else { throw Failure.cutOff }
        guard case .event(let event) = element, event.isBeginning else { return Said(element) }
        var end: GenerateFinished?
        try take(event, of: placement, nil, &end)
        return nil
    }

    /// Reads both until one speaks.
    private func race(
        _ first: Elements, _ generate: GenerateRequest, at placement: inout Placement, beside second: Placement,
        after patience: Duration, _ tries: inout WorkerTries, _ judge: Judge?
    ) async throws -> Opening {
        let asked = parts.time.now()
        var isFirstLost = false
        var hasSecondWon = false
        do {
            let opening: Opening = try await parts.workers.client(of: second.worker).generate(generate, context) {
                other in
                guard first.shareLoop(with: other) else { throw Failure.cancelled }
                var beginning: GenerateEvent?
                while true {
                    do {
                        try await first.waitForNews(of: other)
                        if first.hasNews {
                            guard let said = try takeBeginning(try await first.next(), at: placement) else { continue }
                            return .first(said)
                        }
                    } catch {
                        let failure = Failure.untranslated(error)
                        isFirstLost = true
                        guard failure.isWorthAnotherWorker, !Task.isCancelled else { throw failure }
                        // Nobody is left to race with.
                        let outcome = WorkOutcome(failure, wasCancelled: false)
                        parts.fleet.finished(placement, outcome)
                        // The second is at work already; what may be tried after it counts both.
                        tries.failedBeside(placement, failure, outcome)
                        hasSecondWon = true
                        placement = second
                        try begin(second, beginning)
                        return .second(try await read(other, after: nil, at: second, nil, judge))
                    }
                    guard let element = try await other.next() else { throw Failure.cutOff }
                    if case .event(let event) = element, event.isBeginning {
                        beginning = event
                        continue
                    }
                    first.leave()
                    parts.fleet.finished(placement, .abandoned)
                    // It would have taken longer still.
                    parts.hedging.took(patience + (parts.time.now() - asked), with: placement, of: request.model)
                    hasSecondWon = true
                    placement = second
                    try begin(second, beginning)
                    return .second(try await read(other, after: Said(element), at: second, nil, judge))
                }
            }
            if case .first = opening {
                parts.fleet.finished(second, .abandoned)
                parts.hedging.note(.lost)
            }
            return opening
        } catch {
            if hasSecondWon { throw error }
            let failure = Failure.untranslated(error)
            let wasCancelled = isFirstLost || Task.isCancelled
            let outcome = WorkOutcome(failure, wasCancelled: wasCancelled)
            parts.fleet.finished(second, outcome)
            parts.hedging.note(wasCancelled ? .lost : .failed)
            if wasCancelled { throw error }
            tries.failedBeside(second, failure, outcome)
            return .first(nil)
        }
    }

    /// The answer comes from the second worker.
    private func begin(_ second: Placement, _ beginning: GenerateEvent?) throws {
        parts.hedging.note(.won)
        parts.logger.notice(
            "the second worker answers",
            metadata: ["turn": "\(request.turnID)", "worker": "\(second.worker)"])
        progress.note { $0.placement = second }
        guard let beginning else { return }
        var end: GenerateFinished?
        try take(beginning, of: second, nil, &end)
    }
}

extension GenerateEvent {
    /// Whether it says nothing of the answer yet.
    fileprivate var isBeginning: Bool {
        switch kind {
        case .started, nil: true
        case .finished, .logprobs: false
        }
    }
}
