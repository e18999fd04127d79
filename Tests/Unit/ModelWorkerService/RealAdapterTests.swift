// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import ModelWorkerService
import Primitives
import Testing

/// Adapters beside a real model: two that are made here, of random numbers.
@Suite(.serialized) struct RealAdapterTests {
    private static let chat = Result { try LlamaModel(file: ModelFiles.chat) }
    private static let question = "Tell me about the sea."

    /// An engine with `one` and `two` from its settings, and their folder to load more from.
    private func withEngine(
        limit: Int = 3, _ body: (LlamaEngine, _ folder: String) async throws -> Void
    ) async throws {
        try await ModelFolder.lend { folder in
            var files: [AdapterSettings.File] = []
            for (seed, name) in [(1, "one"), (2, "two")] as [(UInt64, String)] {
                try ModelFolder.write(GGUFFile.adapter(seed: seed), to: "\(folder)/\(name).gguf")
                files.append(AdapterSettings.File(name: name, path: "\(folder)/\(name).gguf"))
            }
            let engine = try LlamaEngine(
                model: Self.chat.get(), name: "smollm2-135m", limits: EngineFixture.limits(context: 2_048),
                adapters: AdapterSettings(files: files, folder: folder, limit: limit), time: SystemTime(),
                log: EngineFixture.log)
            try await engine.serving { try await body(engine, folder) }
        }
    }

    private func request(_ id: UInt64, _ adapter: String, max: Int = 24, salt: UInt8) -> GenerationRequest {
        var request = EngineFixture.request(id, Self.question, max: max, salt: salt)
        request.scope.adapter = adapter
        return request
    }

    /// Goal: an adapter changes its own answers and nobody else's, whoever computes beside it.
    /// Method: greedy answers alone, then all three in flight at once, compared token by token. Streams of different
    /// adapters never share a batch, so not even a near tie may fall otherwise.
    @Test func eachAdapterAnswersAsIfItWereAlone() async throws {
        try await withEngine { engine, _ in
            var alone: [String: [TokenID]] = [:]
            for (index, name) in ["", "one", "two"].enumerated() {
                alone[name] = try await engine.read(request(UInt64(index + 1), name, salt: UInt8(index + 1))).ids
            }
            #expect(Set(alone.values).count == 3, "every adapter makes another answer")
            let again = try await engine.read(request(4, "", salt: 4))
            #expect(again.ids == alone[""], "the model is as it was")
            for round in 0..<3 as Range<UInt64> {
                let together = try await withThrowingTaskGroup(of: (String, [TokenID]).self) { group in
                    for (index, name) in ["", "one", "two"].enumerated() {
                        let salt = UInt8(20 + round * 3) + UInt8(index)
                        group.addTask {
                            (name, try await engine.read(request(UInt64(salt), name, salt: salt)).ids)
                        }
                    }
                    return try await group.reduce(into: [String: [TokenID]]()) { $0[$1.0] = $1.1 }
                }
                #expect(together == alone)
            }
        }
    }

    /// Goal: what one adapter computed is never taken for another's. Method: one tenant, one prompt, all adapters.
    @Test func noAdapterFindsAnothersTokens() async throws {
        try await withEngine { engine, _ in
            for (index, name) in ["", "one", "two"].enumerated() {
                let first = try await engine.read(request(UInt64(index * 2 + 1), name, max: 4, salt: 1))
                #expect(first.start?.cachedTokens == 0, "\(name) begins with nothing")
                let second = try await engine.read(request(UInt64(index * 2 + 2), name, max: 4, salt: 1))
                #expect(second.start?.cachedTokens == (second.start?.promptTokens ?? 0) - 1)
                #expect(second.ids == first.ids)
            }
        }
    }

    @Test func anAdapterThatIsTakenAwayServesWhoHasItToTheEnd() async throws {
        try await withEngine { engine, _ in
            let whole = try await engine.read(request(1, "one", salt: 1))
            let adapters = try #require(engine.adapters)
            var ids: [TokenID] = []
            try await engine.withGeneration(request(2, "one", salt: 2)) { stream in
                while let event = try await stream.next() {
                    guard case .tokens(let tokens) = event else { continue }
                    if ids.isEmpty {
                        #expect(try adapters.unload("one") == 1)
                        #expect(adapters.all.first { $0.name == "one" }?.isLeaving == true)
                        await #expect(throws: EngineRefusal.unknownAdapter) {
                            _ = try await engine.read(request(3, "one", salt: 3))
                        }
                        await #expect(throws: AdapterRefusal.taken) {
                            _ = try await engine.loadAdapter("one", file: "one.gguf")
                        }
                    }
                    ids += tokens.ids
                }
            }
            #expect(ids == whole.ids)
            #expect(adapters.all.map(\.name) == ["two"])
            #expect(throws: AdapterRefusal.unknown) { try adapters.unload("one") }
        }
    }

    /// Goal: a name stands for what was loaded last, and its cache for that file alone.
    @Test func anotherFileUnderTheSameNameBeginsAnew() async throws {
        try await withEngine { engine, _ in
            let one = try await engine.read(request(1, "one", salt: 1)).ids
            let two = try await engine.read(request(2, "two", salt: 1)).ids
            let adapters = try #require(engine.adapters)
            #expect(try adapters.unload("one") == 0)
            _ = try await engine.loadAdapter("one", file: "two.gguf")
            let changed = try await engine.read(request(3, "one", salt: 1))
            #expect(changed.start?.cachedTokens == 0 && changed.ids == two)
            #expect(try adapters.unload("one") == 0)
            _ = try await engine.loadAdapter("one", file: "one.gguf")
            let back = try await engine.read(request(4, "one", salt: 1))
            #expect(back.ids == one && back.start?.cachedTokens ?? 0 > 0, "the same file finds its own tokens")
        }
    }

    @Test func aFileThatIsNoAdapterIsRefusedAndTheWorkerLives() async throws {
        try await withEngine { engine, folder in
            let before = try await engine.read(request(1, "", salt: 1)).ids
            let whole = GGUFFile.adapter(seed: 3)
            try ModelFolder.write(Array(whole[..<(whole.count / 2)]), to: "\(folder)/cut.gguf")
            try ModelFolder.write(GGUFFile.adapter(seed: 3, width: 640), to: "\(folder)/wide.gguf")
            try ModelFolder.write(Array("no adapter".utf8), to: "\(folder)/text.gguf")
            for file in ["cut.gguf", "wide.gguf", "text.gguf"] {
                await #expect {
                    _ = try await engine.loadAdapter("bad", file: file)
                } throws: { error in
                    if case LlamaFailure.badAdapter(_, let said) = error { !said.isEmpty } else { false }
                }
            }
            for file in ["none.gguf", "../one.gguf", "/etc/passwd", "", "."] {
                await #expect(throws: LlamaFailure.self) { _ = try await engine.loadAdapter("bad", file: file) }
            }
            await #expect(throws: AdapterRefusal.invalidName) {
                _ = try await engine.loadAdapter("a b", file: "one.gguf")
            }
            await #expect(throws: AdapterRefusal.taken) { _ = try await engine.loadAdapter("two", file: "one.gguf") }
            _ = try await engine.loadAdapter("third", file: "one.gguf")
            await #expect(throws: AdapterRefusal.tooMany(limit: 3)) {
                _ = try await engine.loadAdapter("fourth", file: "one.gguf")
            }
            #expect(try await engine.read(request(2, "", salt: 2)).ids == before)
            let one = try await engine.read(request(3, "one", salt: 3)).ids
            #expect(try await engine.read(request(4, "third", salt: 4)).ids == one)
        }
    }

    /// A missing file is found before a port is bound, one that is no adapter before the worker is ready.
    @Test func aBadAdapterInTheSettingsEndsTheWorkerWithItsName() async throws {
        func engine(_ path: String) throws -> LlamaEngine {
            try LlamaEngine(
                model: Self.chat.get(), name: "smollm2-135m", limits: EngineFixture.limits(context: 512),
                adapters: AdapterSettings(files: [AdapterSettings.File(name: "bad", path: path)]),
                time: SystemTime(), log: EngineFixture.log)
        }
        #expect(throws: LlamaFailure.missingFile("/nowhere/a.gguf")) { try engine("/nowhere/a.gguf") }
        try await ModelFolder.lend { folder in
            let path = "\(folder)/text.gguf"
            try ModelFolder.write(Array("no adapter".utf8), to: path)
            let started = try engine(path)
            await #expect {
                try await started.run()
            } throws: { error in
                if case LlamaFailure.badAdapter(path, _) = error { true } else { false }
            }
        }
    }
}
