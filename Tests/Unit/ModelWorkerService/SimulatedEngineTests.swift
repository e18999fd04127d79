// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import ModelWorkerService
import Primitives
import Synchronization
import Testing

struct SimulatedEngineTests {
    /// Steps of an engine, as one of its streams sees them.
    private final class Clock: Sendable {
        let steps = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
    }

    @Test func anAnswerHasItsLengthAndHonestCounts() async throws {
        let engine = EngineFixture.simulated()
        let reading = try await engine.serving {
            try await engine.read(EngineFixture.request(1, "Say something", max: 12))
        }
        let end = try #require(reading.end)
        #expect(reading.ids.count == 12 && end.completionTokens == 12 && end.reason == .length)
        #expect(reading.start?.cachedTokens == 0 && end.promptTokens == reading.start?.promptTokens)
        // The last token is never read back.
        #expect(end.computedTokens == end.promptTokens + 11)
    }

    @Test func anAnswerEndsByItself() async throws {
        let engine = EngineFixture.simulated(SimulationSettings(step: .zero, prefillPerToken: .zero, answerTokens: 5))
        let reading = try await engine.serving { try await engine.read(EngineFixture.request(1, "Hello", max: 12)) }
        #expect(reading.end?.reason == .stop && reading.ids.count == 5)
    }

    @Test func theSameSeedGivesTheSameAnswerInAnyBatch() async throws {
        let engine = EngineFixture.simulated()
        try await engine.serving {
            let alone = try await engine.read(EngineFixture.request(1, "Hello", max: 40, seed: 9))
            let together = try await withThrowingTaskGroup(of: Reading.self) { group in
                for id in 2...9 as ClosedRange<UInt64> {
                    group.addTask { try await engine.read(EngineFixture.request(id, "Hello", max: 40, seed: 9)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(together.count == 8 && together.allSatisfy { $0.text == alone.text })
        }
    }

    /// Prompts that are set to cost nothing are read in the step that follows, however many they are.
    @Test func aCrowdsFreePromptsAreNotRationed() async throws {
        let crowd: ClosedRange<UInt64> = 2...61
        var limits = EngineFixture.limits(running: 128, context: 65_536, batch: 8_192)
        limits.prefillChunk = 8_192
        let engine = EngineFixture.simulated(
            SimulationSettings(step: .milliseconds(20), prefillPerToken: .zero, answerTokens: 0), limits: limits)
        let clock = Clock()
        try await engine.serving {
            let waits = try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    // One stream counts the steps.
                    try await engine.withGeneration(EngineFixture.request(1, "Count", max: 4_000)) { stream in
                        while !clock.isOver.load(ordering: .relaxed), try await stream.next() != nil {
                            clock.steps.add(1, ordering: .relaxed)
                        }
                    }
                    return 0
                }
                while clock.steps.load(ordering: .relaxed) < 2 { await Task.yield() }
                for id in crowd {
                    let words = (0..<60).map { "word\(id)x\($0)" }.joined(separator: " ")
                    group.addTask {
                        let before = clock.steps.load(ordering: .relaxed)
                        try await engine.withGeneration(EngineFixture.request(id, words)) { stream in
                            while let event = try await stream.next() { if case .tokens = event { break } }
                        }
                        return clock.steps.load(ordering: .relaxed) - before
                    }
                }
                var waits: [Int] = []
                while waits.count < crowd.count, let wait = try await group.next() { waits.append(wait) }
                clock.isOver.store(true, ordering: .relaxed)
                return waits
            }
            // Sixty prompts of sixty tokens: rationed to the 64 of a step that `limits` names, the last would wait 56.
            #expect(waits.max() ?? .max < 28)
        }
    }

    @Test func theSecondTurnFindsTheFirstInTheCache() async throws {
        let engine = EngineFixture.simulated()
        try await engine.serving {
            let first = try await engine.read(EngineFixture.request(1, "Hello there my friend", max: 8))
            let messages = [
                ChatMessage(role: .user, content: "Hello there my friend"),
                ChatMessage(role: .assistant, content: first.string, tokens: first.ids),
                ChatMessage(role: .user, content: "And then"),
            ]
            let second = try await engine.read(EngineFixture.request(2, "", messages: messages))
            let promptOfFirst = try #require(first.start?.promptTokens)
            // Everything but the answer's last token, which was never computed.
            #expect(second.start?.cachedTokens == promptOfFirst + 7)
            let stranger = try await engine.read(EngineFixture.request(3, "", salt: 2, messages: messages))
            #expect(stranger.start?.cachedTokens == 0)
        }
    }

    /// Goal: an answer of another vocabulary goes on from its text; nothing of it comes again, and no more than wanted.
    @Test func resumedTextIsContinued() async throws {
        let engine = EngineFixture.simulated()
        try await engine.serving {
            var request = EngineFixture.request(1, "Hello", max: 7, seed: 4)
            request.resumedText = Array("Somebody else said this.".utf8)
            let rest = try await engine.read(request)
            #expect(rest.ids.count == 7 && rest.end?.reason == .length)
            #expect(!rest.string.contains("Somebody") && !rest.string.isEmpty)
        }
    }

    @Test func resumedTokensAreContinuedByteByByte() async throws {
        let engine = EngineFixture.simulated()
        let other = EngineFixture.simulated()
        let stops = ["zz"]
        let whole = try await engine.serving {
            try await engine.read(EngineFixture.request(1, "Hello", max: 30, seed: 4, stops: stops))
        }
        try await other.serving {
            for cut in [1, 7, 29] {
                let resumed = Array(whole.ids[..<cut])
                let rest = try await other.read(
                    EngineFixture.request(UInt64(cut), "Hello", max: 30, seed: 4, stops: stops, resumed: resumed))
                #expect(resumed + rest.ids == whole.ids)
                #expect(whole.text.suffix(rest.text.count) == rest.text[...])
                #expect(rest.end?.completionTokens == 30 && rest.start?.promptTokens == whole.start?.promptTokens)
            }
            let complete = try await other.read(
                EngineFixture.request(99, "Hello", max: 30, seed: 4, stops: stops, resumed: whole.ids))
            #expect(complete.ids.isEmpty && complete.end?.reason == .length)
        }
    }

    @Test func leavingTheScopeFreesTheSequence() async throws {
        let engine = EngineFixture.simulated(
            SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0),
            limits: EngineFixture.limits(running: 1))
        try await engine.serving {
            try await engine.withGeneration(EngineFixture.request(1, "Hello", max: 4_000)) { stream in
                _ = try await stream.next()
                _ = try await stream.next()
            }
            // With one place only, this answer comes because the first one's place is free.
            let reading = try await engine.read(EngineFixture.request(2, "Hello", max: 3))
            #expect(reading.ids.count == 3)
        }
    }

    @Test func aFullQueueRefuses() async throws {
        let engine = EngineFixture.simulated(
            SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0),
            limits: EngineFixture.limits(running: 1, waiting: 0))
        try await engine.serving {
            try await engine.withGeneration(EngineFixture.request(1, "Hello", max: 4_000)) { _ in
                await #expect(throws: EngineRefusal.admission(.queueFull(waiting: 1))) {
                    try await engine.read(EngineFixture.request(2, "Hello"))
                }
            }
        }
    }

    @Test func aReaderThatDoesNotReadIsPausedNotBuffered() async throws {
        let engine = EngineFixture.simulated()
        try await engine.serving {
            try await engine.withGeneration(EngineFixture.request(1, "Hello", max: 500)) { stream in
                // Another whole answer passes while nobody reads this one.
                _ = try await engine.read(EngineFixture.request(2, "Hi", max: 400))
                var sizes: [Int] = []
                while let event = try await stream.next() {
                    if case .tokens(let tokens) = event { sizes.append(tokens.ids.count) }
                }
                #expect(sizes.reduce(0, +) == 500)
                #expect(sizes.allSatisfy { $0 <= TokenChannel.maxPending })
            }
        }
    }

    @Test func aDisplacedCallHearsWhy() async throws {
        let engine = EngineFixture.simulated(
            SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0))
        try await engine.serving {
            await #expect(throws: EngineRefusal.displaced) {
                try await engine.withGeneration(EngineFixture.request(1, "Hello", max: 4_000)) { stream in
                    _ = try await stream.next()
                    engine.cancel(RequestID(1), .displaced)
                    while try await stream.next() != nil {}
                }
            }
        }
    }

    @Test func failuresComeAtTheirRate() async throws {
        let engine = EngineFixture.simulated(
            SimulationSettings(step: .zero, prefillPerToken: .zero, failureRate: 0.5, answerTokens: 0))
        try await engine.serving {
            var failures = 0
            for id in 1...200 as ClosedRange<UInt64> {
                do {
                    _ = try await engine.read(EngineFixture.request(id, "Hello \(id)", max: 4))
                } catch EngineRefusal.broken {
                    failures += 1
                }
            }
            #expect((70...130).contains(failures), "\(failures)")
        }
    }

    @Test func aStoppedEngineTellsItsReaders() async throws {
        let engine = EngineFixture.simulated(
            SimulationSettings(step: .milliseconds(1), prefillPerToken: .zero, answerTokens: 0))
        await #expect(throws: EngineRefusal.stopped) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                defer { group.cancelAll() }
                try await engine.withGeneration(EngineFixture.request(1, "Hello", max: 4_000)) { stream in
                    _ = try await stream.next()
                    group.cancelAll()
                    while try await stream.next() != nil {}
                }
            }
        }
        await #expect(throws: EngineRefusal.stopped) { try await engine.read(EngineFixture.request(2, "Hello")) }
    }

    @Test func theBoardTellsLoadAndBlocks() async throws {
        let engine = EngineFixture.simulated()
        try await engine.serving {
            try await engine.board.withWatcher { watcher in
                let first = try #require(await engine.board.next(watcher))
                #expect(first.load.running == 0 && first.changes.isEmpty)
                var request = EngineFixture.request(1, "Hello", max: 4)
                request.blocks = [7, 8]
                _ = try await engine.read(request)
                var inserted: [UInt64] = []
                while inserted.isEmpty { inserted = try #require(await engine.board.next(watcher)).changes.inserted }
                #expect(inserted == [7, 8])
            }
            // Who comes later is told what is held.
            try await engine.board.withWatcher { watcher in
                let report = try #require(await engine.board.next(watcher))
                #expect(report.changes.inserted == [7, 8])
            }
        }
    }
}
