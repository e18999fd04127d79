// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain
import Primitives

/// Every refusal of this service, as its callers see it.
extension Failure {
    static let draining = Failure(
        .unavailable, "This worker takes no new work.", reason: "draining", retry: .now)

    static let upstreamAway = Failure(
        .unavailable, "The model server behind this worker does not answer.", reason: "upstream_unreachable",
        retry: .after(.seconds(1)))

    static func unknownModel(_ name: String) -> Failure {
        Failure(
            .notFound, "The model is not loaded on this worker.", reason: "model_not_found", detail: "model \(name)")
    }

    static func staleEpoch(_ refusal: RunningTurns.StaleEpoch) -> Failure {
        Failure(
            .aborted, "Another owner of this turn is already generating.", reason: "stale_epoch",
            detail: "epoch \(refusal.running) runs here")
    }

    static func invalid(_ message: String, _ reason: String) -> Failure {
        Failure(.invalidArgument, message, reason: reason)
    }

    /// Translates whatever an engine threw.
    init(modelWorker error: any Error) {
        switch error {
        case let refusal as EngineRefusal: self.init(refusal)
        case let refusal as EmbeddingRefusal: self.init(refusal)
        case LlamaFailure.textTooLong(let bytes, let limit):
            self = .invalid("A text of \(bytes) bytes is over the limit of \(limit).", "text_too_long")
        case let refusal as AdapterRefusal: self.init(refusal)
        case LlamaFailure.missingFile:
            self = .invalid("There is no such file in the worker's folder of adapters.", "adapter_file")
        case LlamaFailure.badAdapter(_, let said):
            self = .invalid("The file is no adapter of this model: \(said.prefix(200))", "bad_adapter")
        case LlamaFailure.noAdapterMemory(let needed, let available):
            self.init(
                .resourceExhausted,
                "The adapter needs \(needed >> 20) MB of memory, and \(available >> 20) MB are free.",
                reason: "no_memory")
        default: self = .untranslated(error)
        }
    }

    private init(_ refusal: AdapterRefusal) {
        switch refusal {
        case .invalidName:
            self = .invalid(
                "An adapter's name is up to \(AdapterName.maxCharacters) letters, digits, dots, hyphens, underlines.",
                "adapter_name")
        case .taken:
            self.init(.alreadyExists, "There is an adapter of that name, or one is leaving.", reason: "adapter_taken")
        case .tooMany(let limit):
            self.init(
                .resourceExhausted, "This worker takes \(limit) adapters (engine.max_adapters).",
                reason: "too_many_adapters")
        case .unknown: self.init(.notFound, "There is no adapter of that name.", reason: "adapter_not_found")
        }
    }

    private init(_ refusal: EngineRefusal) {
        switch refusal {
        case .admission(.queueFull):
            self.init(
                .resourceExhausted, "The worker's queue is full.", reason: "queue_full",
                retry: .after(.milliseconds(250)))
        case .admission(.contextLengthExceeded(let needed, let limit)):
            self.init(
                .invalidArgument,
                "The prompt and the answer need \(needed) tokens; the model's context holds \(limit).",
                reason: "context_length_exceeded")
        case .admission(.emptyPrompt): self = .invalid("The prompt is empty.", "messages")
        case .expired: self = .deadlineExceeded
        case .displaced:
            self.init(.aborted, "A newer owner of this turn took over.", reason: "stale_epoch")
        case .unknownAdapter:
            self.init(.notFound, "The adapter is not loaded on this worker.", reason: "model_not_found")
        case .fixedAdapters:
            self.init(
                .failedPrecondition,
                "This worker's adapters stay as they are: it has no folder for more, or they are another server's.",
                reason: "adapters_fixed")
        case .unsupportedStructure:
            self = .invalid("This model calls no tools and keeps no format.", "structure_not_supported")
        case .unusable(let reason, let message): self = .invalid(message, reason)
        case .deadEnd:
            self = .invalid("The schema or the tools allow no answer.", "unsatisfiable_schema")
        case .stopped: self.init(.unavailable, "The worker is stopping.", reason: "stopping", retry: .now)
        case .broken:
            self.init(.unavailable, "The engine failed while it generated.", reason: "engine_failed", retry: .now)
        case .upstream(let refusal): self.init(refusal)
        }
    }

    /// What another server did, in our words: its own may quote the prompt.
    private init(_ refusal: UpstreamRefusal) {
        switch refusal {
        case .away: self = .upstreamAway
        case .overloaded(let wait):
            self.init(
                .resourceExhausted, "The model server has too much to do.", reason: "upstream_overloaded",
                retry: .after(wait))
        case .refused(let status):
            self.init(
                .invalidArgument, "The model server refused the request.", reason: "upstream_refused",
                detail: "status \(status)")
        case .contextLength:
            self.init(
                .invalidArgument, "The prompt and the answer do not fit the model's context.",
                reason: "context_length_exceeded")
        case .credentials(let status):
            self.init(
                .unavailable, "The model server does not take this worker's key.", reason: "upstream_credentials",
                retry: .now, detail: "status \(status)")
        case .unknownModel:
            self.init(
                .notFound, "The model server does not have the model.", reason: "model_not_found")
        case .broken(let detail):
            self.init(
                .unavailable, "The model server failed while it generated.", reason: "upstream_failed", retry: .now,
                detail: detail)
        case .late(let detail):
            self.init(
                .unavailable, "The model server stopped answering.", reason: "upstream_silent", retry: .now,
                detail: detail)
        case .unsupported(let what):
            self.init(
                .unimplemented, "The model server behind this worker cannot \(what).", reason: "upstream_unsupported")
        }
    }

    private init(_ refusal: EmbeddingRefusal) {
        switch refusal {
        case .textTooLong(let index, let tokens, let limit):
            self = .invalid(
                "Text \(index) has \(tokens) tokens; the model takes at most \(limit).", "text_too_long")
        case .onlyRanks: self = .invalid("This model ranks texts and does not embed them.", "model_only_ranks")
        case .tooManyTexts(let limit): self = .invalid("At most \(limit) texts fit one call.", "too_many_texts")
        case .queueFull:
            self.init(
                .resourceExhausted, "Too many texts wait to be embedded.", reason: "queue_full",
                retry: .after(.milliseconds(250)))
        case .expired: self = .deadlineExceeded
        case .upstream(let refusal): self.init(refusal)
        }
    }
}
