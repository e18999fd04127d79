// SPDX-License-Identifier: Apache-2.0

import Llama
package import ModelWorkerDomain
package import Settings

/// What a model worker wants to know before it starts.
package struct ModelWorkerConfiguration: ServiceSettings {
    package enum EngineKind: String, CaseIterable, Sendable {
        /// llama.cpp in this process.
        case llama
        /// No model: words without meaning at a set pace, for tests and benchmarks.
        case simulated
        /// Another server that speaks OpenAI's API: vLLM, TensorRT-LLM, SGLang, llama.cpp's.
        case upstream
    }

    package var engine: EngineKind
    /// Read by the llama engine only.
    package var chatModelFile: String
    package var chatModelName: String
    /// A smaller model of the same vocabulary, asked what may come next; nil: there is none.
    package var draftModelFile: String?
    /// nil: this worker does not embed.
    package var embeddingModelFile: String?
    package var embeddingModelName: String
    package var embeddingTextTokens: Int
    /// nil: this worker has no cross-encoder.
    package var rankingModelFile: String?
    package var rankingModelName: String
    package var threads: Int
    package var gpuLayers: Int
    /// 8-bit products are computed by our own kernel where the processor can.
    package var usesOwnKernel: Bool
    package var template: ChatTemplate
    /// A Jinja file used instead of the template in the model's file; nil: the model's own.
    package var chatTemplateFile: String?
    package var defaults: ModelWorkerService.Defaults
    package var limits: PlannerLimits
    package var simulation: SimulationSettings
    package var upstream: UpstreamSettings
    package var cache: CacheSettings
    package var adapters: AdapterSettings

    package init(_ reader: inout SettingsReader) {
        engine = reader.enumeration(
            "engine.kind", default: .llama,
            help: "llama generates with a real model, simulated without one, upstream by another server.")
        chatModelFile = reader.string(
            "engine.chat_model_file", default: ".cache/models/SmolLM2-135M-Instruct.Q8_0.gguf",
            help: "The chat model, a GGUF file. An 8-bit one reads prompts fastest on a CPU.")
        chatModelName = reader.string(
            "engine.chat_model_name", default: "smollm2-135m", help: "The name callers ask for the chat model by.")
        draftModelFile = reader.optionalString(
            "engine.draft_model",
            help: "A much smaller model of the same vocabulary, a GGUF file: it drafts answers where that pays.")
        embeddingModelFile = reader.optionalString(
            "engine.embedding_model_file", help: "The embedding model, a GGUF file. Without one the worker only chats.")
        embeddingModelName = reader.string(
            "engine.embedding_model_name", default: "all-minilm-l6-v2",
            help: "The name callers ask for the embedding model by.")
        embeddingTextTokens = reader.int(
            "engine.embedding_text_tokens", default: 256, in: 8...LlamaEmbeddingEngine.batchTokens,
            help: "Longest text to embed. Longer ones are refused; 256 is what all-MiniLM-L6-v2 was trained on.")
        rankingModelFile = reader.optionalString(
            "engine.ranking_model_file",
            help: "A cross-encoder, a GGUF file with a classification head (bge-reranker, ms-marco-MiniLM).")
        rankingModelName = reader.string(
            "engine.ranking_model_name", default: "reranker", help: "The name callers ask for the cross-encoder by.")
        threads = reader.int(
            "engine.threads", default: 1, in: 1...64,
            help: "Threads of each model. As many as cores collapses on a machine that does anything else.")
        gpuLayers = reader.int(
            "engine.gpu_layers", default: 0, in: -1...1_000,
            help: "Layers of the chat model on a GPU, -1 for all; means nothing unless the engine was built for one.")
        usesOwnKernel = reader.bool(
            "engine.own_kernel", default: true,
            help: "Our own 8-bit product on processors with AVX-512 VNNI. Off where other workers have none of those.")
        let system = reader.optionalString(
            "engine.default_system",
            help: "System message for prompts without one. SmolLM2 answers better with none than with its own.")
        template = ChatTemplate(defaultSystem: system)
        chatTemplateFile = reader.optionalString(
            "engine.chat_template_file",
            help: "A chat template (Jinja) to use instead of the model's own. It is a program: give only one you trust."
        )
        defaults = ModelWorkerService.Defaults(
            temperature: Float(
                reader.double(
                    "engine.temperature", default: 0.2, in: 0...2,
                    help: "Temperature of requests without one; 0.2 is what SmolLM2's makers recommend.")),
            maxTokens: reader.int(
                "engine.max_tokens", default: 512, in: 1...131_072,
                help: "Length of an answer whose request sets none; less where the context is full earlier."),
            answerTime: reader.duration(
                "engine.answer_ms", default: engine == .simulated ? .seconds(600) : .seconds(30),
                in: .milliseconds(100) ... .seconds(3_600),
                help: "How long an answer may be generated; what there is of it then is the answer."),
            gathering: reader.duration(
                "engine.gather_ms", default: .milliseconds(15), in: .zero ... .milliseconds(100),
                help: "Tokens of one answer that come sooner than this after the last piece leave together: at most "
                    + "64 or 4 KiB, none with log probabilities. 0: as they come."
            ))
        limits = Self.readLimits(&reader, engine)
        cache = Self.readCache(&reader)
        adapters = AdapterSettings(&reader)
        simulation = Self.readSimulation(&reader)
        upstream = UpstreamSettings(&reader, isWanted: engine == .upstream)
    }

    private static func readLimits(_ reader: inout SettingsReader, _ kind: EngineKind) -> PlannerLimits {
        // What is not computed in this process is bounded for its bookkeeping only.
        let roomy = kind != .llama
        let maxRunning = reader.int(
            "engine.max_sequences", default: roomy ? 256 : 8, in: 1...(roomy ? 16_384 : 128),
            help: "Answers generated at the same time. Batching gains little beyond 16 on a CPU.")
        let batch = reader.int(
            "engine.batch_tokens", default: roomy ? 16_384 : 256, in: 16...65_536,
            help: "Tokens in one step when only prompts are read; bounds how long a new request waits for a step.")
        let context = reader.int(
            "engine.context_tokens", default: roomy ? 4_194_304 : 8_192, in: 256...67_108_864,
            help: "Cells of the key-value cache, shared by all answers and cached prefixes; 23 kB each for SmolLM2.")
        var limits = PlannerLimits(
            maxRunning: maxRunning,
            maxCached: reader.int(
                "engine.cached_sequences", default: roomy ? 1_024 : 56, in: 0...(roomy ? 65_536 : 128),
                help: "Finished conversations whose prefix is kept, as long as there are cells."),
            contextTokens: context, maxRequestTokens: context, batchTokens: max(batch, maxRunning),
            // What a simulated prompt costs is known exactly: the step's budget alone bounds it.
            prefillChunk: kind == .simulated ? batch : min(batch, 512),
            maxWaiting: reader.int(
                "engine.max_waiting", default: roomy ? 8_192 : 64, in: 0...65_536,
                help: "Requests that may wait for a place. Beyond it they are refused and go elsewhere."))
        limits.stepBudget = reader.duration(
            "engine.step_ms", default: .milliseconds(kind == .simulated ? 25 : 100),
            in: .milliseconds(1) ... .seconds(10),
            help: "By how much reading a prompt may delay the next token of the answers that are being generated.")
        if kind == .llama {
            limits.draftTokens = reader.int(
                "engine.draft_tokens", default: 31, in: 0...63,
                help: "Foretold tokens of one answer that a step may check ahead, where that pays; 0: never any.")
            limits.draftMatch = reader.int(
                "engine.draft_match", default: 3, in: 1...PromptLookup.mostCompared,
                help: "Tokens that must be equal before an answer is taken for a quotation of what is before it.")
            limits.draftWindow = reader.int(
                "engine.draft_context_tokens", default: 512, in: 64...8_192,
                help: "How much of an answer's end the draft model sees; it has so many cells for each running answer.")
        }
        limits.youngTokens = reader.int(
            "engine.preempt_tokens", default: 64, in: 0...65_536,
            help: "Batch work makes room for more urgent work only before it has so many tokens; 0: never.")
        limits.idleCells = reader.int(
            "engine.idle_cells", default: 256, in: 0...67_108_864,
            help: "Cells that finished answers keep where there is a tier: every token looks over all cells in use.")
        limits.tier.memoryBytes =
            reader.int(
                "engine.tier_memory_mb", default: roomy ? 0 : 256, in: 0...1_048_576,
                help: "Memory for cached prefixes that leave the key-value cache; 0: they are forgotten.") << 20
        limits.tier.diskBytes =
            reader.int(
                "engine.tier_disk_mb", default: 4_096, in: 0...16_777_216,
                help: "Disk for what leaves that memory, when engine.tier_folder is set.") << 20
        return limits
    }

    private static func readCache(_ reader: inout SettingsReader) -> CacheSettings {
        var cache = CacheSettings()
        cache.tierFolder = reader.optionalString(
            "engine.tier_folder",
            help: "Folder of this worker alone for cached prefixes that leave memory; it holds what users wrote.")
        if let file = reader.optionalString(
            "engine.pinned_prompts_file",
            help: "System messages to hold in the cache for ever, at most 8, with lines of --- between them.")
        {
            do {
                cache.pinnedPrompts = try PinnedPromptsFile(path: file).prompts
            } catch {
                reader.reject("engine.pinned_prompts_file", found: file, expected: error.description)
            }
        }
        return cache
    }

    private static func readSimulation(_ reader: inout SettingsReader) -> SimulationSettings {
        let step = reader.duration(
            "simulated.step_ms", default: .milliseconds(20), in: .zero ... .seconds(60),
            help: "Duration of a decode step: every stream gets one token in each.")
        let prefill = reader.duration(
            "simulated.prefill_per_token_us", default: .microseconds(50), in: .zero ... .seconds(1),
            help: "Time to read one prompt token.")
        let delay = reader.duration(
            "simulated.first_token_delay_ms", default: .zero, in: .zero ... .seconds(600),
            help: "Time from a request's arrival to its first token on an idle engine.")
        let failureRate = reader.double(
            "simulated.failure_rate", default: 0, in: 0...1, help: "Share of answers that fail at some token.")
        let answer = reader.int(
            "simulated.answer_tokens", default: 64, in: 0...1_000_000,
            help: "Length of an answer that nothing ends earlier; 0 lets it run to the request's limit.")
        let seed = reader.int("simulated.seed", default: 1, in: 0...Int.max, help: "Chance behind failures.")
        return SimulationSettings(
            step: step, prefillPerToken: prefill, firstTokenDelay: delay, failureRate: failureRate,
            answerTokens: answer, seed: UInt64(seed))
    }
}
