// SPDX-License-Identifier: Apache-2.0

import CLlama

/// A model at work: its key-value cache, and the batch that is filled for the next step.
///
/// Not thread-safe and not Sendable: whoever makes it keeps it to one thread. Every size is checked here before the
/// library sees it, because the library's own checks end the process.
package final class LlamaContext {
    package struct Settings: Sendable {
        /// Cells of the cache, shared by all sequences. 0 for a model without one.
        package var contextTokens: Int
        /// Tokens in one batch.
        package var batchTokens: Int
        package var sequences: Int
        /// One by default: on a machine that does anything else, as many threads as cores spin against each other and
        /// decode ten times slower than one.
        package var threads = 1
        /// Whether the model is asked for embeddings and not for logits.
        package var embeds = false
        /// What will be taken together with this context's cache: counted in when that is refused.
        package var otherBytes = 0

        package init(contextTokens: Int, batchTokens: Int, sequences: Int, threads: Int = 1, embeds: Bool = false) {
            self.contextTokens = contextTokens
            self.batchTokens = batchTokens
            self.sequences = sequences
            self.threads = threads
            self.embeds = embeds
        }
    }

    /// The library's own limit on sequences (LLAMA_MAX_SEQ), beyond which it makes no context.
    package static let maxSequences = 256

    package let model: LlamaModel
    package let settings: Settings
    private let raw: OpaquePointer
    /// nil for a model that only encodes: it has no cache.
    private let memory: OpaquePointer?
    private var batch: llama_batch
    /// Which tokens of the last decoded batch have logits.
    private var outputs: [Bool] = []
    private var hasLogits = false
    /// Under which adapter batches are computed. Held here, so that none is freed while it is in use.
    private var adapter: LlamaAdapter?

    package init(_ model: LlamaModel, _ settings: Settings) throws(LlamaFailure) {
        guard settings.contextTokens > 0, settings.batchTokens > 0, settings.threads > 0,
            (1...Self.maxSequences).contains(settings.sequences)
        else { throw .outOfRange("a context setting") }
        let needed = model.cacheBytesPerToken * settings.contextTokens + settings.otherBytes
        if let available = AvailableMemory.bytes, needed > available {
            throw .noMemory(needed: needed, available: available)
        }
        _ = LlamaRuntime.takeLines()
        var wanted = llama_context_default_params()
        wanted.n_ctx = UInt32(settings.contextTokens)
        wanted.n_batch = UInt32(settings.batchTokens)
        // One computation per batch: an encoder accepts nothing else, and a decoder's step is bounded by us.
        wanted.n_ubatch = UInt32(settings.batchTokens)
        wanted.n_seq_max = UInt32(settings.sequences)
        wanted.n_threads = Int32(settings.threads)
        wanted.n_threads_batch = Int32(settings.threads)
        // Sequences share cells, which copying a prefix needs.
        wanted.kv_unified = true
        wanted.embeddings = settings.embeds
        guard let context = llama_init_from_model(model.raw, wanted) else {
            throw .noContext(said: LlamaRuntime.takeSaid())
        }
        self.model = model
        self.settings = settings
        raw = context
        memory = llama_get_memory(context)
        batch = llama_batch_init(Int32(settings.batchTokens), 0, 1)
    }

    deinit {
        llama_batch_free(batch)
        llama_free(raw)
    }

    // MARK: The batch

    package var batchCount: Int { Int(batch.n_tokens) }

    package func clearBatch() {
        batch.n_tokens = 0
        outputs.removeAll(keepingCapacity: true)
        hasLogits = false
    }

    /// Adds a token to the batch.
    /// - Returns: its index, by which its logits are asked for.
    @discardableResult
    package func add(
        _ token: LlamaToken, at position: Int, of sequence: Int, wantsOutput: Bool
    ) throws(LlamaFailure) -> Int {
        guard batchCount < settings.batchTokens else { throw .batchFull(limit: settings.batchTokens) }
        guard model.contains(token) else { throw .outOfRange("token \(token)") }
        guard (0..<settings.sequences).contains(sequence) else { throw .outOfRange("sequence \(sequence)") }
        guard (0..<settings.contextTokens).contains(position) else { throw .outOfRange("position \(position)") }
        let index = batchCount
        cllama_batch_add(&batch, token, llama_pos(position), llama_seq_id(sequence), wantsOutput)
        outputs.append(wantsOutput)
        return index
    }

    /// Chooses the adapter of the next batches; nil for the model as it is. Changing it makes the next batch plan its
    /// buffers anew, some milliseconds at most.
    package func use(_ wanted: LlamaAdapter?) throws(LlamaFailure) {
        guard wanted !== adapter else { return }
        var list: [OpaquePointer?] = wanted.map { [$0.raw] } ?? []
        var scales = [Float](repeating: 1, count: list.count)
        let status = llama_set_adapters_lora(raw, &list, list.count, &scales)
        guard status == 0 else { throw .decode(status: status) }
        adapter = wanted
    }

    /// Computes the batch. Blocks for as long as that takes.
    package func decode() throws(LlamaFailure) {
        guard batchCount > 0 else { return }
        guard memory != nil else { throw .unsupported("this model cannot generate") }
        switch llama_decode(raw, batch) {
        case 0:
            // A GPU has only been told to. Whoever takes the time takes it of the work.
            if model.isOffloaded { llama_synchronize(raw) }
            hasLogits = true
        case 1: throw .noRoom
        case let status: throw .decode(status: status)
        }
    }

    /// The logits of one token of the batch just decoded, valid until the batch is cleared.
    package func withLogits<R>(of index: Int, _ body: (UnsafeBufferPointer<Float>) -> R) throws(LlamaFailure) -> R {
        guard hasLogits, outputs.indices.contains(index), outputs[index],
            let logits = llama_get_logits_ith(raw, Int32(index))
        else { throw .outOfRange("output \(index)") }
        return body(UnsafeBufferPointer(start: logits, count: model.vocabularySize))
    }

    /// The same logits, to be changed in place: whoever chooses a token owns them until the batch is cleared.
    package func withMutableLogits<R, E: Error>(
        of index: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
    ) throws(LlamaFailure) -> Result<R, E> {
        guard hasLogits, outputs.indices.contains(index), outputs[index],
            let logits = llama_get_logits_ith(raw, Int32(index))
        else { throw .outOfRange("output \(index)") }
        let buffer = UnsafeMutableBufferPointer(start: logits, count: model.vocabularySize)
        do { return .success(try body(buffer)) } catch { return .failure(error) }
    }

    /// The likeliest next token after one token of the batch just decoded; the lowest of equals.
    package func likeliest(of index: Int) throws(LlamaFailure) -> LlamaToken {
        try withLogits(of: index) { cllama_likeliest($0.baseAddress, Int32($0.count)) }
    }

    /// The same with its share in the whole distribution, where that is 1 at most.
    package func surest(of index: Int) throws(LlamaFailure) -> (token: LlamaToken, probability: Float) {
        try withLogits(of: index) { logits in
            let token = cllama_likeliest(logits.baseAddress, Int32(logits.count))
            return (token, cllama_probability(logits.baseAddress, Int32(logits.count), token))
        }
    }

    // MARK: Sequences

    /// Gives `target` the first `count` tokens of `source`: both then hold the same cells.
    package func copy(_ source: Int, to target: Int, count: Int) throws(LlamaFailure) {
        guard let memory else { throw .unsupported("this model has no cache") }
        let range = 0..<settings.sequences
        guard range.contains(source), range.contains(target), source != target, count >= 0 else {
            throw .outOfRange("a sequence to copy")
        }
        llama_memory_seq_cp(memory, llama_seq_id(source), llama_seq_id(target), 0, llama_pos(count))
    }

    /// Forgets a sequence from a position on.
    package func remove(_ sequence: Int, from position: Int = 0) throws(LlamaFailure) {
        guard let memory else { throw .unsupported("this model has no cache") }
        guard (0..<settings.sequences).contains(sequence), position >= 0 else {
            throw .outOfRange("a sequence to remove")
        }
        _ = llama_memory_seq_rm(memory, llama_seq_id(sequence), llama_pos(position), -1)
    }

    package func removeAll() {
        if let memory { llama_memory_clear(memory, false) }
    }

    // MARK: Saved sequences

    /// What a sequence holds, as bytes that `restore` takes; nil when there is nothing.
    package func state(of sequence: Int) -> [UInt8]? {
        guard memory != nil, (0..<settings.sequences).contains(sequence) else { return nil }
        let size = llama_state_seq_get_size(raw, llama_seq_id(sequence))
        guard size > 0 else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = llama_state_seq_get_data(raw, buffer.baseAddress, size, llama_seq_id(sequence))
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Fills an empty sequence from saved bytes, which must be exactly those of a context of the same model: the
    /// library checks sizes and not contents.
    /// - Returns: false when the cache has no room for them; the sequence is empty then.
    package func restore(_ bytes: [UInt8], to sequence: Int) -> Bool {
        guard memory != nil, (0..<settings.sequences).contains(sequence), !bytes.isEmpty else { return false }
        let read = bytes.withUnsafeBufferPointer {
            llama_state_seq_set_data(raw, $0.baseAddress, $0.count, llama_seq_id(sequence))
        }
        if read == 0 { _ = llama_memory_seq_rm(memory, llama_seq_id(sequence), 0, -1) }
        return read > 0
    }

    // MARK: Embeddings

    /// Runs the batch through an encoder. Blocks for as long as that takes.
    package func encode() throws(LlamaFailure) {
        guard settings.embeds else { throw .unsupported("this context was not made for embeddings") }
        guard batchCount > 0 else { return }
        // A model with a cache embeds through decode; the cache is of no further use.
        let status = memory == nil ? llama_encode(raw, batch) : llama_decode(raw, batch)
        removeAll()
        guard status == 0 else { throw .decode(status: status) }
    }

    /// Whether what comes of a sequence are the scores of a classifier and no embedding: a cross-encoder's.
    package var isRanking: Bool { llama_pooling_type(raw) == LLAMA_POOLING_TYPE_RANK }

    /// The pooled embedding of a sequence of the batch just encoded, as the model gives it, not scaled; its scores
    /// where the model ranks.
    package func embedding(of sequence: Int) throws(LlamaFailure) -> [Float] {
        guard (0..<settings.sequences).contains(sequence),
            llama_pooling_type(raw) != LLAMA_POOLING_TYPE_NONE,
            let start = llama_get_embeddings_seq(raw, llama_seq_id(sequence))
        else { throw .unsupported("this model does not pool its embeddings") }
        let count = isRanking ? model.classCount : model.embeddingDimensions
        return Array(UnsafeBufferPointer(start: start, count: count))
    }
}
