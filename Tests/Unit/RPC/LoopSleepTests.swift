// SPDX-License-Identifier: Apache-2.0

import Loops
import Primitives
import Testing

/// Goal: who sleeps on a loop wakes on it, not before its time, and at once when it is cancelled.
struct LoopSleepTests {
    private let loop = LoopExecutor.shared

    @Test func itWakesOnTheLoopAndNotTooEarly() async throws {
        try await withTaskExecutorPreference(loop) {
            let time = SystemTime()
            let began = time.now()
            try await loop.sleep(for: .milliseconds(20))
            #expect(loop.isCurrent && time.now() - began >= .milliseconds(20))
        }
    }

    @Test(.timeLimit(.minutes(1))) func aCancelledOneWakesAtOnce() async throws {
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { try await loop.sleep(for: .seconds(3_600)) }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        // And one that already sleeps.
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { try await loop.sleep(for: .seconds(3_600)) }
            group.addTask(executorPreference: loop) { try await loop.sleep(for: .milliseconds(20)) }
            _ = try? await group.next()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }
}
