// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Synchronization

/// Lets one caller do the work for all who want the same thing at the same moment.
///
/// The first caller works in its own task, so no task is started; the others wait. Their wait ends when the work does,
/// and the work has a deadline. A first caller that is cancelled hands the work to one of the others.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Outcome = Result<Value, Failure>?
    private typealias Waiter = CheckedContinuation<Outcome, Never>
    private let flights = Mutex<[Key: [Waiter]]>([:])

    package init() {}

    package nonisolated(nonsending) func run(
        _ key: Key, _ work: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        while true {
            let isFirst = flights.withLock { flights in
                guard flights[key] == nil else { return false }
                flights[key] = []
                return true
            }
            if isFirst { return try await lead(key, work) }
            // A nil outcome means that the first caller left, or had ended before we could wait: look again.
            if let outcome = await wait(key) { return try outcome.get() }
        }
    }

    private nonisolated(nonsending) func lead(
        _ key: Key, _ work: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome: Result<Value, Failure>
        do throws(Failure) { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        let waiters = flights.withLock { $0.removeValue(forKey: key) ?? [] }
        var shared: Outcome = outcome
        if case .failure(let failure) = outcome, failure.code == .cancelled { shared = nil }
        for waiter in waiters { waiter.resume(returning: shared) }
        return try outcome.get()
    }

    private nonisolated(nonsending) func wait(_ key: Key) async -> Outcome {
        await withCheckedContinuation { waiter in
            let isWaiting = flights.withLock { flights in
                guard flights[key] != nil else { return false }
                flights[key]?.append(waiter)
                return true
            }
            if !isWaiting { waiter.resume(returning: nil) }
        }
    }
}
