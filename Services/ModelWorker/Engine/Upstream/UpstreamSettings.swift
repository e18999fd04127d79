// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
package import Settings

/// Where the other server is and what is to be known about it.
package struct UpstreamSettings: Sendable {
    /// Its address, as OpenAI's clients take it, with `/v1` or without; "" where the engine is another.
    package var url: String
    /// The model's name there; nil takes the first that it lists.
    package var model: String?
    package var embeddingModel: String?
    /// Models there that clients ask for as adapters of ours, by the names they use.
    package var adapters: [String: String] = [:]
    package var key: Secret?
    package var authorityFile: String
    /// Prompt and answer of one request; 0 asks the server.
    package var contextTokens: Int
    package var firstByteTime: Duration
    package var silence: Duration
    package var pollInterval: Duration
    package var assumedPrefill: Double
    package var assumedStep: Duration
    /// Where the server publishes what its cache holds, `tcp://host:port`; nil asks for nothing.
    package var cacheEvents: String?

    package init(
        url: String, model: String? = nil, embeddingModel: String? = nil, key: Secret? = nil,
        authorityFile: String = UpstreamSettings.systemAuthorities, contextTokens: Int = 0,
        firstByteTime: Duration = .seconds(300), silence: Duration = .seconds(60),
        pollInterval: Duration = .milliseconds(500), assumedPrefill: Double = 2_000,
        assumedStep: Duration = .milliseconds(20), cacheEvents: String? = nil
    ) {
        self.url = url
        self.model = model
        self.embeddingModel = embeddingModel
        self.key = key
        self.authorityFile = authorityFile
        self.contextTokens = contextTokens
        self.firstByteTime = firstByteTime
        self.silence = silence
        self.pollInterval = pollInterval
        self.assumedPrefill = assumedPrefill
        self.assumedStep = assumedStep
        self.cacheEvents = cacheEvents
    }

    /// Each is a served model in every load report.
    package static let maxAdapters = 64
    /// Debian's bundle of public authorities.
    package static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    init(_ reader: inout SettingsReader, isWanted: Bool) {
        let help = "Address of the OpenAI-compatible server behind this worker: one worker, one server."
        url =
            isWanted
            ? reader.string("upstream.url", help: help) : reader.optionalString("upstream.url", help: help) ?? ""
        model = reader.optionalString(
            "upstream.model", help: "The model's name at that server. Without one the first that it lists.")
        embeddingModel = reader.optionalString(
            "upstream.embedding_model", help: "The name of a model there that embeds, if it has one.")
        let adapterKey = "upstream.adapters"
        for text in reader.list(
            adapterKey, help: "LoRA adapters of the server, as name=its name there. Clients ask for model:name.")
        {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, AdapterName.isValid(parts[0]), !parts[1].isEmpty, adapters[parts[0]] == nil,
                adapters.count < Self.maxAdapters
            else {
                reader.reject(
                    adapterKey, found: text, expected: "name=name there, each once, at most \(Self.maxAdapters)")
                continue
            }
            adapters[parts[0]] = parts[1]
        }
        key = reader.secretFile("upstream.api_key_file", help: "A file with the key that the server asks for.")
        authorityFile = reader.string(
            "upstream.authority", default: Self.systemAuthorities,
            help: "PEM file of the authorities that an https server's certificate may come from.")
        contextTokens = reader.int(
            "upstream.context_tokens", default: 0, in: 0...67_108_864,
            help: "Prompt and answer of one request together; 0 takes what the server says of its model.")
        firstByteTime = reader.duration(
            "upstream.first_byte_seconds", default: .seconds(300), in: .seconds(1) ... .seconds(3_600),
            help: "How long a request may wait for its first byte: the server's queue and the reading of the prompt.")
        silence = reader.duration(
            "upstream.silence_seconds", default: .seconds(60), in: .seconds(1) ... .seconds(3_600),
            help: "How long a server may say nothing in the middle of an answer.")
        pollInterval = reader.duration(
            "upstream.poll_ms", default: .milliseconds(500), in: .milliseconds(50) ... .seconds(60),
            help: "How often the server's queue is read. Our own requests are counted in between.")
        assumedPrefill = reader.double(
            "upstream.prefill_tokens_per_second", default: 2_000, in: 1...10_000_000,
            help: "Speed of reading prompts that is assumed before the first requests have shown it.")
        assumedStep = reader.duration(
            "upstream.step_ms", default: .milliseconds(20), in: .milliseconds(1) ... .seconds(10),
            help: "Time of a token that is assumed before the first answers have shown it.")
        cacheEvents = reader.optionalString(
            "upstream.cache_events",
            help: "Where vLLM publishes its cache's events, tcp://host:port: plain ZeroMQ, for private networks.")
    }
}
