// SPDX-License-Identifier: Apache-2.0

import Glibc
import Llama
import ModelWorkerDomain
import Primitives
import Synchronization
import Testing

@testable import ModelWorkerService

/// The bound of a step, the second tier, pinned prompts, making room and time limits, through the simulated engine.
struct EngineCacheTests {
    private func words(_ count: Int, from first: Int = 0) -> String {
        (0..<count).map { "w\(first + $0)" }.joined(separator: " ")
    }

    /// Goal: a long prompt delays a running stream's next token by one budget at most, whatever its length.
    /// Method: the simulated engine reads a token in 100 us, so the prompt of 4,000 takes 400 ms; the budget is 20. The
    /// board tells which chunks were taken; the clock of the machine is not asked.
    @Test func aLongPromptDelaysAStreamByOneBoundedStep() {
        var limits = EngineFixture.limits(context: 16_384, batch: 8_192)
        limits.prefillChunk = 8_192
        limits.stepBudget = .milliseconds(20)
        let backend = SimulatedBackend(
            settings: SimulationSettings(step: .milliseconds(5), prefillPerToken: .microseconds(100)),
            language: SimulatedLanguage(), time: SystemTime())
        var planner = BatchPlanner(limits: limits)
        planner.setCost(backend.calibrate().cost)
        let now = MonotonicInstant(nanoseconds: 1)
        for (id, count) in [(1, 4), (2, 4_000)] as [(UInt64, Int)] {
            #expect(throws: Never.self) {
                try planner.enqueue(
                    Demand(
                        id: RequestID(id), scope: PrefixScope(salt: [UInt8(id)], adapter: ""), requestClass: .standard,
                        tokens: (0..<TokenID(count)).map { $0 }, maxTokens: 1_000, deadline: .distantFuture), at: now)
            }
            var steps = 0
            repeat {
                let plan = planner.plan(at: now)
                let read = plan.items.filter { $0.count > 1 }.reduce(0) { $0 + $1.count }
                if id == 2 {
                    #expect(plan.items.contains { $0.request == RequestID(1) && $0.count == 1 })
                    #expect(read <= 200 && read >= 190 || planner.unreadTokens < 400, "\(read) tokens of 100 us")
                }
                planner.complete(plan)
                for item in plan.items where item.wantsOutput { planner.accept(9, for: item.request) }
                steps += 1
            } while planner.unreadTokens > 0
            #expect(steps == (id == 1 ? 1 : 20) || steps == 21)
        }
    }

    @Test func preemptedWorkGoesOnWithoutLosingOrRepeatingAToken() async throws {
        let settings = SimulationSettings(step: .milliseconds(2), prefillPerToken: .zero, answerTokens: 0)
        let quiet = EngineFixture.simulated(settings)
        let undisturbed = try await quiet.serving {
            try await quiet.read(EngineFixture.request(1, "A long batch job", max: 40, seed: 3))
        }
        let engine = EngineFixture.simulated(settings, limits: EngineFixture.limits(running: 1))
        try await engine.serving {
            var batch = EngineFixture.request(1, "A long batch job", max: 40, seed: 3)
            batch.requestClass = .batch
            let reading = try await engine.withGeneration(batch) { stream in
                var reading = Reading()
                var isDisturbed = false
                while let event = try await stream.next() {
                    switch event {
                    case .started(let start):
                        #expect(reading.start == nil, "told once")
                        reading.start = start
                    case .tokens(let tokens):
                        #expect(tokens.first == reading.ids.count, "no gap and no repetition")
                        reading.ids += tokens.ids
                        reading.text += tokens.text
                    case .finished(let end): reading.end = end
                    }
                    if reading.ids.count >= 5, !isDisturbed {
                        isDisturbed = true
                        var urgent = EngineFixture.request(2, "Now", max: 3, salt: 2)
                        urgent.requestClass = .premium
                        // There is one place: this answer can only come if the other makes room.
                        #expect(try await engine.read(urgent).ids.count == 3)
                    }
                }
                return reading
            }
            #expect(reading.text == undisturbed.text && reading.ids == undisturbed.ids)
            #expect(reading.end?.preemptions == 1 && reading.end?.completionTokens == 40)
            #expect(reading.end?.promptTokens == undisturbed.end?.promptTokens)
        }
    }

    @Test func anAnswerOutOfTimeIsAPartialAnswer() async throws {
        let engine = EngineFixture.simulated(
            SimulationSettings(step: .milliseconds(5), prefillPerToken: .zero, answerTokens: 0))
        try await engine.serving {
            var request = EngineFixture.request(1, "Talk for ever", max: 4_000)
            request.timeLimit = .milliseconds(150)
            let reading = try await engine.read(request)
            let end = try #require(reading.end)
            #expect(end.reason == .length && end.isTimeLimited)
            #expect(reading.ids.count == end.completionTokens && (1..<4_000).contains(reading.ids.count))
            let free = try await engine.read(EngineFixture.request(2, "Hi", max: 3))
            #expect(free.end?.isTimeLimited == false)
        }
    }

    @Test func aPinnedPromptIsCachedForTheFirstRequestOfAll() async throws {
        let system = words(60)
        let engine = SimulatedEngine(
            model: "simulated", settings: SimulationSettings(step: .zero, prefillPerToken: .zero, answerTokens: 0),
            limits: EngineFixture.limits(), cache: CacheSettings(pinnedPrompts: [system]), time: SystemTime(),
            log: EngineFixture.log)
        try await engine.serving {
            for tenant in 1...3 as ClosedRange<UInt8> {
                let messages = [
                    ChatMessage(role: .system, content: system), ChatMessage(role: .user, content: "Hello \(tenant)"),
                ]
                let reading = try await engine.read(
                    EngineFixture.request(UInt64(tenant), "", max: 2, salt: tenant, messages: messages))
                #expect(try #require(reading.start?.cachedTokens) >= 60)
            }
        }
    }

    @Test(arguments: [false, true])
    func theTierServesWhatTheCacheLostAlsoAfterARestart(damages: Bool) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var limits = EngineFixture.limits(running: 1, cached: 1, context: 1_024)
        // One state is about 80 tokens of 64 bytes: one in memory, the others on disk.
        limits.tier = StateTier.Limits(memoryBytes: 8_000, diskBytes: 1 << 20)
        let make = {
            SimulatedEngine(
                model: "simulated",
                settings: SimulationSettings(step: .zero, prefillPerToken: .microseconds(200), answerTokens: 0),
                limits: limits, cache: CacheSettings(tierFolder: folder.path), time: SystemTime(),
                log: EngineFixture.log)
        }
        let first = make()
        let whole = try await first.serving { () async throws -> Reading in
            var readings: [Reading] = []
            for id in 1...5 as ClosedRange<UInt64> {
                readings.append(
                    try await first.read(EngineFixture.request(id, words(80, from: Int(id) * 1_000), max: 4)))
            }
            while folder.files(".state").count < 2 { await Task.yield() }
            return readings[0]
        }
        for file in folder.files(".state") {
            var attributes = stat()
            #expect(stat(file, &attributes) == 0 && attributes.st_mode & 0o777 == 0o600)
            if damages { try folder.damage(file) }
        }
        // The first one's thread lets the folder go when it has written all.
        while StateDisk(folder: folder.path, model: 0, onRead: { _, _ in }) == nil { await Task.yield() }
        let second = make()
        try await second.serving {
            let again = try await second.read(EngineFixture.request(1, words(80, from: 1_000), max: 4))
            #expect(again.ids == whole.ids)
            #expect(again.start?.cachedTokens == (damages ? 0 : try #require(whole.start?.promptTokens) - 1))
            let stranger = try await second.read(EngineFixture.request(2, words(80, from: 1_000), max: 4, salt: 9))
            #expect(stranger.start?.cachedTokens == 0)
            while second.board.ledger.total.requests < 2 { await Task.yield() }
            #expect(second.board.ledger.total.corruptions == (damages ? 1 : 0))
        }
    }

    @Test func aFolderBelongsToOneWorker() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let one = StateDisk(folder: folder.path, model: 1) { _, _ in }
        #expect(one != nil)
        #expect(StateDisk(folder: folder.path, model: 1) { _, _ in } == nil)
        withExtendedLifetime(one) {}
    }

    @Test func aModelIsLoadedInThreeTriesOrNamed() {
        for failing in 0...3 {
            var tries = 0
            var waited: [UInt32] = []
            let result = Result { () throws(LlamaFailure) in
                try ModelLoading.attempt(
                    EngineFixture.log, pause: { waited.append($0) },
                    { () throws(LlamaFailure) in
                        tries += 1
                        if tries <= failing { throw LlamaFailure.missingFile("model.gguf") }
                        return tries
                    })
            }
            #expect(tries == min(3, failing + 1) && waited.count == min(2, failing))
            if failing == 3 { #expect(throws: LlamaFailure.missingFile("model.gguf")) { try result.get() } }
        }
    }

    @Test func pinnedPromptsAreReadFromAFile() throws {
        #expect(
            try PinnedPromptsFile(text: "You are kind.\n---\n\nBe\nbrief.\n").prompts == [
                "You are kind.", "Be\nbrief.",
            ])
        #expect(try PinnedPromptsFile(text: "---\n---\n").prompts.isEmpty)
        #expect(throws: PinnedPromptsFile.Refusal.tooMany) {
            try PinnedPromptsFile(text: (0..<9).map { "Prompt \($0)" }.joined(separator: "\n---\n"))
        }
        #expect(throws: PinnedPromptsFile.Refusal.unreadable) { try PinnedPromptsFile(path: "/nowhere/prompts") }
    }
}

/// A folder that the test removes.
struct TemporaryFolder {
    let path: String

    init() throws {
        path = "/tmp/parley-tier-\(getpid())-\(UInt64.random(in: .min ... .max))"
        guard mkdir(path, 0o700) == 0 else { throw POSIXError() }
    }

    struct POSIXError: Error {}

    func files(_ suffix: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var found: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(suffix) { found.append("\(path)/\(name)") }
        }
        return found.sorted()
    }

    /// Turns one bit of the last octet over.
    func damage(_ file: String) throws {
        let open = Glibc.open(file, O_RDWR)
        guard open >= 0 else { throw POSIXError() }
        defer { close(open) }
        var last: UInt8 = 0
        let end = lseek(open, -1, SEEK_END)
        guard read(open, &last, 1) == 1 else { throw POSIXError() }
        last ^= 1
        guard pwrite(open, &last, 1, end) == 1 else { throw POSIXError() }
    }

    func remove() {
        for file in files("") where !file.hasSuffix(".") { unlink(file) }
        rmdir(path)
    }
}
