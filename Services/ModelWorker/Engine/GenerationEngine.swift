// SPDX-License-Identifier: Apache-2.0

package import Messages
package import ModelWorkerDomain
package import Primitives

/// What one answer is made from.
package struct GenerationRequest: Sendable {
    package var id: RequestID
    package var messages: [ChatMessage]
    package var scope: PrefixScope
    package var requestClass: RequestClass
    package var sampling: SamplingSettings
    package var stops: [String]
    /// Tokens of the whole answer, resumed ones counted in.
    package var maxTokens: Int
    /// Whether `maxTokens` is only a default, to be cut to what the context has room for.
    package var fitsMaxTokens: Bool
    /// What an earlier worker produced of this answer.
    package var resumed: [TokenID]
    /// The same as text, for an engine that numbers tokens otherwise than the worker before it. It is as long as it is:
    /// `maxTokens` counts what comes after it.
    package var resumedText: [UInt8] = []
    /// The scheduler's names of the prompt's blocks.
    package var blocks: [UInt64]
    package var deadline: Deadline
    /// The request as it came, for an engine that passes it on; the engines of this process read what stands above.
    package var original: GenerateRequest?
    /// The shape the answer is to have; nil for plain text.
    package var structure: AnswerStructure?
    /// How many alternatives are told for each token; nil when no probabilities are.
    package var alternatives: Int?
    /// What the answer has grown to after so long is the answer; nil: it may take until its deadline.
    package var timeLimit: Duration?

    package init(
        id: RequestID, messages: [ChatMessage], scope: PrefixScope, requestClass: RequestClass = .standard,
        sampling: SamplingSettings, stops: [String] = [], maxTokens: Int, fitsMaxTokens: Bool = false,
        resumed: [TokenID] = [], blocks: [UInt64] = [], deadline: Deadline, timeLimit: Duration? = nil
    ) {
        self.id = id
        self.messages = messages
        self.scope = scope
        self.requestClass = requestClass
        self.sampling = sampling
        self.stops = stops
        self.maxTokens = maxTokens
        self.fitsMaxTokens = fitsMaxTokens
        self.resumed = resumed
        self.blocks = blocks
        self.deadline = deadline
        self.timeLimit = timeLimit
    }
}

extension GenerationRequest {
    /// With the resumed text as this engine's tokens. Nothing of it is shown again, and what an earlier worker held
    /// back is not in it, so a stop string is looked for in what comes after.
    func resumed(as tokens: [TokenID]) -> GenerationRequest {
        var request = self
        request.resumed = tokens
        request.maxTokens += tokens.count
        return request
    }
}

/// What comes of it, in this order: one `started`, any number of `tokens`, one `finished`.
package enum GenerationEvent: Hashable, Sendable {
    case started(GenerationStart)
    case tokens(GeneratedTokens)
    case finished(GenerationEnd)
}

package struct GenerationStart: Hashable, Sendable {
    package var promptTokens: Int
    package var cachedTokens: Int
    /// Stands for the prompt's tokens and the adapter; nil where the tokens are not seen.
    package var promptDigest: UInt64?
}

/// Some more of the answer. Its text is whole characters and may be empty, while its tokens' text is held back.
package struct GeneratedTokens: Hashable, Sendable {
    /// Index in the answer of the first token.
    package var first: Int
    package var text: [UInt8]
    package var ids: [TokenID]
    /// Tokens whose ids are not known, of an engine that tells none; then `ids` is empty.
    package var nameless = 0

    package var count: Int { ids.count + nameless }
    /// One for each id where probabilities were asked for, else empty.
    package var reports: [SpelledReport] = []
}

/// How likely a token was, with the bytes of it and of what might have stood in its place.
package struct SpelledReport: Hashable, Sendable {
    package struct Alternative: Hashable, Sendable {
        package var spelling: [UInt8]
        package var logprob: Float
    }
    package var spelling: [UInt8]
    package var logprob: Float
    package var alternatives: [Alternative]

    init(_ report: TokenReport, spelling: (TokenID) -> [UInt8]) {
        self.spelling = spelling(report.token)
        logprob = report.logprob
        alternatives = report.alternatives.map { Alternative(spelling: spelling($0.token), logprob: $0.logprob) }
    }
}

package struct GenerationEnd: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
        case stop, length
        case toolCalls = "tool_calls"
    }
    package var reason: Reason
    /// Where and why the answer breaks the schema it was to keep; nil when it keeps it, or there is none.
    package var violation: String?
    package var promptTokens: Int
    package var cachedTokens: Int
    /// Tokens of the whole answer, resumed ones counted in.
    package var completionTokens: Int
    /// Tokens that went through the model for this call.
    package var computedTokens: Int
    package var queued: Duration
    package var prefill: Duration
    package var decode: Duration
    /// It ended because its time was over; its reason is `length`, the one of the known reasons that means "not whole".
    package var isTimeLimited = false
    /// How often it made room for more urgent work.
    package var preemptions = 0
}

/// Why an engine does not, or no longer, generate.
package enum EngineRefusal: Error, Hashable, Sendable {
    case admission(AdmissionRefusal)
    /// Its deadline passed while it waited.
    case expired
    /// A newer call for the same turn took over.
    case displaced
    /// The adapter is not loaded here.
    case unknownAdapter
    /// Adapters come with the settings, or are another server's, and not while this worker runs.
    case fixedAdapters
    /// This engine's answers have no shape: it calls no tools and keeps no schema.
    case unsupportedStructure
    /// The tools, the schema or the messages cannot be used with this model; a machine word and a sentence.
    case unusable(reason: String, message: String)
    /// The process is stopping, or the engine has not started.
    case stopped
    /// The answer's schema or tools let nothing follow what was written.
    case deadEnd
    /// The engine failed. The same request may succeed on another worker.
    case broken
    /// The server behind this worker said no, or nothing.
    case upstream(UpstreamRefusal)
}

/// How fast the engine is, as measured at start and corrected since.
package struct Calibration: Hashable, Sendable {
    package var prefillTokensPerSecond: Double
    /// Time in which 1, 2, 4, 8, … streams get one token each.
    package var stepByBatch: [Duration]
    /// Where both come from.
    package var cost: StepCost
    /// What steps of the draft model cost; nil without one.
    package var draft: StepCost?
    /// Nothing observed can make it better: a simulation knows what it does.
    package var isExact: Bool

    package init(
        prefillTokensPerSecond: Double, stepByBatch: [Duration], cost: StepCost = StepCost(points: []),
        isExact: Bool = false
    ) {
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.stepByBatch = stepByBatch
        self.cost = cost
        self.isExact = isExact
    }

    /// Sums up what was measured, for batches of at most `streams`.
    package init(cost: StepCost, upTo streams: Int) {
        var steps: [Duration] = []
        var size = 1
        while size <= min(streams, 16) {
            let width = cost.width(of: size)
            let turns = (size + width - 1) / width
            steps.append(.nanoseconds(Int64(Double(turns) * cost.secondsOnClock(width) * 1e9)))
            size *= 2
        }
        self.init(prefillTokensPerSecond: cost.prefillTokensPerSecond, stepByBatch: steps, cost: cost)
    }
}

/// What does not change about an engine while it runs.
package struct EngineProfile: Hashable, Sendable {
    package var model: String
    /// When the model's file was written.
    package var createdAt: Timestamp
    /// Names tokenizer and vocabulary; equal names mean equal token ids.
    package var tokenizer: String
    package var templateHash: UInt64
    /// Prompt and answer of one request together.
    package var contextTokens: Int
    package var maxRunning: Int
    package var cacheTokens: Int
    /// The name in a draft model's file; empty without one.
    package var draftModel = ""
}

/// Something that generates answers: llama.cpp in this process, the simulation of it, or another server.
package protocol GenerationEngine: Sendable {
    var profile: EngineProfile { get }
    /// Load, calibration and cache contents, as watched by the fleet.
    var board: LoadBoard { get }

    /// Works until the task is cancelled.
    func run() async throws

    /// Generates one answer. Leaving `body` cancels what is still running before the next step.
    func withGeneration<R>(
        _ request: GenerationRequest, _ body: (GenerationStream) async throws -> R
    ) async throws -> R

    /// Ends a running generation of this process: its reader gets `refusal`.
    func cancel(_ id: RequestID, _ refusal: EngineRefusal)

    /// Publishes the load anew, because something changed that the engine does not see.
    func reportLoad()

    /// The rendered prompt's tokens.
    func tokenize(_ messages: [ChatMessage]) async throws -> [TokenID]
    func tokenize(_ text: String) async throws -> [TokenID]

    /// The adapters of an engine of this process; nil where another server has them.
    var adapters: EngineAdapters? { get }
    /// Names of adapters that requests may ask for now.
    var adapterNames: [String] { get }
    /// Loads one from the engine's folder of adapters.
    func loadAdapter(_ name: String, file: String) async throws -> AdapterBook.Adapter

    /// Whether new work can be done at all. An engine in front of another server cannot while that one is away.
    var isReachable: Bool { get }
    /// From how many requests the calibration was learnt; nil for one measured at start.
    var paceSamples: Int? { get }
    /// Whether the board tells every block that enters and leaves the cache.
    var tellsBlocks: Bool { get }
}

extension GenerationEngine {
    package var isReachable: Bool { true }
    package var paceSamples: Int? { nil }
    package var tellsBlocks: Bool { true }
    package var adapters: EngineAdapters? { nil }
    package var adapterNames: [String] { adapters?.all.filter { !$0.isLeaving }.map(\.name) ?? [] }
    package func loadAdapter(_ name: String, file: String) async throws -> AdapterBook.Adapter {
        throw EngineRefusal.fixedAdapters
    }
}

/// Where the events of one generation come from.
protocol GenerationSource: Sendable {
    func next() async throws -> GenerationEvent?
}

/// The reading end of one generation.
package struct GenerationStream: Sendable {
    let source: any GenerationSource

    /// The next event; nil after `finished`. Tokens that came since the last call come together.
    /// - Throws: `EngineRefusal`, or `CancellationError` when the task is cancelled.
    package func next() async throws -> GenerationEvent? { try await source.next() }
}
