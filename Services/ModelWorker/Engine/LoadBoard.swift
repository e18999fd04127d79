// SPDX-License-Identifier: Apache-2.0

package import ModelWorkerDomain
import Synchronization

/// How busy an engine is.
package struct EngineLoad: Hashable, Sendable {
    package var waiting = 0
    package var running = 0
    package var freeTokens = 0
    /// Prompt tokens that running requests still have to read.
    package var unreadTokens = 0
    /// How often batch work made room, since the start.
    package var preemptions = 0
    package var tierMemoryBytes = 0
    package var tierDiskBytes = 0
    /// Foretold tokens that were checked, and those that came, since the start.
    package var drafts = BatchPlanner.DraftCounts()
    package init() {}
}

/// Where an engine's thread writes its load and the watchers read it.
///
/// The thread is the clock: it publishes on changes, and at least every `heartbeat`, so a watcher needs no timer.
/// Changes closer together than `spacing` reach watchers as one.
package final class LoadBoard: Sendable {
    /// The contract says 250 ms at most; a step may be under way when it is due.
    package static let heartbeat = Duration.milliseconds(150)
    /// A watcher learns nothing it could act upon more often.
    package static let spacing = Duration.milliseconds(10)
    /// Changes kept for one slow watcher. Beyond this its stream skips a sequence number, as after any gap.
    package static let maxChanges = 65_536

    /// One watcher's view. Held by the handler of one call.
    package struct WatcherID: Hashable, Sendable {
        fileprivate var number: UInt64
    }

    /// What a watcher is told.
    package struct Report: Sendable {
        package var load: EngineLoad
        package var calibration: Calibration
        package var changes: HeldBlocks.Changes
        /// Changes were lost: the watcher is to show a gap.
        package var hasGap: Bool
    }

    private struct Watcher {
        var changes = HeldBlocks.Changes()
        var hasGap = false
        var isFresh = true
        var reader: CheckedContinuation<Report?, Never>?
    }

    private struct State {
        var load = EngineLoad()
        var calibration = Calibration(prefillTokensPerSecond: 0, stepByBatch: [])
        var ledger = CacheLedger()
        var held: Set<UInt64> = []
        var watchers: [UInt64: Watcher] = [:]
        var nextNumber: UInt64 = 0
        var isOver = false
    }

    private let state = Mutex(State())
    package init() {}

    package var load: EngineLoad { state.withLock { $0.load } }
    package var ledger: CacheLedger { state.withLock { $0.ledger } }
    package var calibration: Calibration { state.withLock { $0.calibration } }

    // MARK: The engine's side

    func setCalibration(_ calibration: Calibration) { state.withLock { $0.calibration = calibration } }

    /// Writes the load and wakes every watcher.
    func publish(_ load: EngineLoad, _ changes: HeldBlocks.Changes, _ ledger: CacheLedger) {
        let ready = state.withLock { state in
            state.load = load
            state.ledger = ledger
            state.held.formUnion(changes.inserted)
            state.held.subtract(changes.evicted)
            for number in state.watchers.keys {
                guard var watcher = state.watchers[number] else { continue }
                watcher.changes.add(changes)
                if watcher.changes.inserted.count + watcher.changes.evicted.count > Self.maxChanges {
                    watcher.changes = HeldBlocks.Changes()
                    watcher.hasGap = true
                }
                watcher.isFresh = true
                state.watchers[number] = watcher
            }
            return Self.takeReady(&state)
        }
        for (reader, report) in ready { reader.resume(returning: report) }
    }

    /// The engine has ended: watchers get nil.
    func finish() {
        let readers = state.withLock { state in
            state.isOver = true
            let readers = state.watchers.values.compactMap(\.reader)
            for number in state.watchers.keys { state.watchers[number]?.reader = nil }
            return readers
        }
        for reader in readers { reader.resume(returning: nil) }
    }

    private static func takeReady(_ state: inout State) -> [(CheckedContinuation<Report?, Never>, Report)] {
        var ready: [(CheckedContinuation<Report?, Never>, Report)] = []
        for number in state.watchers.keys {
            guard let reader = state.watchers[number]?.reader, let report = take(number, &state) else { continue }
            state.watchers[number]?.reader = nil
            ready.append((reader, report))
        }
        return ready
    }

    private static func take(_ number: UInt64, _ state: inout State) -> Report? {
        guard let watcher = state.watchers[number], watcher.isFresh else { return nil }
        state.watchers[number]?.changes = HeldBlocks.Changes()
        state.watchers[number]?.hasGap = false
        state.watchers[number]?.isFresh = false
        return Report(
            load: state.load, calibration: state.calibration, changes: watcher.changes, hasGap: watcher.hasGap)
    }

    // MARK: The watchers' side

    /// Watches as long as `body` runs. The first report comes at once and names every held block as inserted.
    package func withWatcher<R>(_ body: (WatcherID) async throws -> R) async rethrows -> R {
        let id = state.withLock { state in
            state.nextNumber += 1
            var watcher = Watcher()
            watcher.changes.inserted = state.held.sorted()
            state.watchers[state.nextNumber] = watcher
            return WatcherID(number: state.nextNumber)
        }
        defer { state.withLock { $0.watchers[id.number] = nil } }
        return try await body(id)
    }

    /// The next report; nil when the engine has ended or the task is cancelled.
    package func next(_ id: WatcherID) async -> Report? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Report?? = state.withLock { state in
                    if state.isOver || Task.isCancelled { return .some(nil) }
                    if let report = Self.take(id.number, &state) { return report }
                    state.watchers[id.number]?.reader = continuation
                    return .none
                }
                if let report = now { continuation.resume(returning: report) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                let reader = state.watchers[id.number]?.reader
                state.watchers[id.number]?.reader = nil
                return reader
            }
            reader?.resume(returning: nil)
        }
    }
}
