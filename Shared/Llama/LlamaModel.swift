// SPDX-License-Identifier: Apache-2.0

import CLlama
import Glibc

/// A token of a model's vocabulary, as the library counts them.
package typealias LlamaToken = Int32

/// A loaded model: weights and vocabulary.
///
/// `@unchecked Sendable`: the library documents a model as read-only after loading, and tokenisation as thread-safe;
/// nothing here changes it, and it is freed when the last owner, contexts included, lets go.
package final class LlamaModel: @unchecked Sendable {
    /// Longest text tokenised at once. The library counts in Int32, and its splitter works on the whole text; a prompt
    /// this long is beyond every context we serve.
    package static let maxTextBytes = 4 << 20

    let raw: OpaquePointer
    let vocabulary: OpaquePointer
    package let vocabularySize: Int
    package let name: String
    /// When the file was written, in microseconds since 1970. Copies of a model keep it (`cp -p`, `rsync -t`, images).
    package let writtenAtUs: Int64
    /// Whether an accelerator computes some of it: a step's cost is then no matter of this process's processor time.
    package let isOffloaded: Bool

    /// Loads a GGUF file. Blocks for as long as reading it takes (0.4 s for 145 MB).
    /// - Parameter gpuLayers: layers computed by an accelerator, where the library was built for one; -1 means all.
    package init(file path: String, gpuLayers: Int = 0) throws(LlamaFailure) {
        LlamaRuntime.start()
        var attributes = stat()
        guard access(path, R_OK) == 0, stat(path, &attributes) == 0 else { throw .missingFile(path) }
        let written = attributes.st_mtim
        _ = LlamaRuntime.takeLines()
        var settings = llama_model_default_params()
        settings.n_gpu_layers = Int32(clamping: gpuLayers)
        guard let model = llama_model_load_from_file(path, settings) else {
            throw .badModel(path, said: LlamaRuntime.takeSaid())
        }
        guard let vocabulary = llama_model_get_vocab(model) else {
            llama_model_free(model)
            throw .badModel(path, said: "it has no vocabulary")
        }
        raw = model
        self.vocabulary = vocabulary
        vocabularySize = Int(llama_vocab_n_tokens(vocabulary))
        writtenAtUs = Int64(written.tv_sec) * 1_000_000 + Int64(written.tv_nsec) / 1_000
        isOffloaded = gpuLayers != 0 && llama_supports_gpu_offload()
        name = Self.metadata("general.name", of: model) ?? "unnamed"
    }

    deinit { llama_model_free(raw) }

    /// Tokens of context the model was trained for.
    package var trainedContext: Int { Int(llama_model_n_ctx_train(raw)) }
    package var embeddingDimensions: Int { Int(llama_model_n_embd_out(raw)) }
    /// Scores of a classifier, in a model that has one.
    package var classCount: Int { max(1, Int(llama_model_n_cls_out(raw))) }
    package var hasDecoder: Bool { llama_model_has_decoder(raw) }
    package var parameterCount: UInt64 { llama_model_n_params(raw) }
    /// Whether a part of a sequence can be taken away again: not with recurrent layers, nor with a sliding window.
    package var keepsWholeSequences: Bool {
        !llama_model_is_recurrent(raw) && !llama_model_is_hybrid(raw) && llama_model_n_swa(raw) == 0
    }
    /// Keys and values of one token in all layers, at sixteen bits each.
    package var cacheBytesPerToken: Int {
        let heads = Int(llama_model_n_head(raw))
        let architecture = metadata("general.architecture") ?? ""
        let width = heads > 0 ? Int(llama_model_n_embd(raw)) / heads : 0
        let keys = metadata("\(architecture).attention.key_length").flatMap { Int($0) } ?? width
        let values = metadata("\(architecture).attention.value_length").flatMap { Int($0) } ?? width
        return Int(llama_model_n_layer(raw)) * Int(llama_model_n_head_kv(raw)) * (keys + values) * 2
    }
    /// Names the weights and the library that computes with them: a saved sequence is of use to no other.
    package var identity: String {
        "\(name) \(parameterCount) \(llama_model_size(raw)) \(writtenAtUs) \(LlamaRuntime.version)"
    }

    /// A value of the file's metadata, such as `tokenizer.ggml.pre`.
    package func metadata(_ key: String) -> String? { Self.metadata(key, of: raw) }

    private static func metadata(_ key: String, of model: OpaquePointer) -> String? {
        // Values we ask for are names; longer ones (templates) come cut off, which no caller minds.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1_024) { buffer in
            let count = llama_model_meta_val_str(model, key, buffer.baseAddress, buffer.count)
            guard count >= 0, let start = buffer.baseAddress else { return nil }
            return String(cString: start)
        }
    }

    // MARK: Tokens

    /// Tokenises text as text: what looks like a control token in it stays ordinary characters.
    /// - Parameter addsEnds: adds the tokens a model wants around a whole text (BERT's CLS and SEP).
    package func tokenize(_ text: String, addsEnds: Bool = false) throws(LlamaFailure) -> [LlamaToken] {
        if text.isEmpty, !addsEnds { return [] }
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maxTextBytes else {
            throw .textTooLong(bytes: bytes.count, limit: Self.maxTextBytes)
        }
        // Never more tokens than bytes, but for the ends and a leading blank some models add.
        var written: Int32 = 0
        let tokens = [LlamaToken](unsafeUninitializedCapacity: bytes.count + 8) { tokens, count in
            written = bytes.withUnsafeBytes { raw in
                llama_tokenize(
                    vocabulary, raw.bindMemory(to: CChar.self).baseAddress, Int32(raw.count), tokens.baseAddress,
                    Int32(tokens.count), addsEnds, false)
            }
            count = max(0, Int(written))
        }
        guard written >= 0 else { throw .textTooLong(bytes: bytes.count, limit: Self.maxTextBytes) }
        return tokens
    }

    /// Two texts as a cross-encoder reads them, with the tokens its vocabulary wants before, between and after them.
    package func pair(_ first: [LlamaToken], _ second: [LlamaToken]) -> [LlamaToken] {
        let end = llama_vocab_get_add_eos(vocabulary) ? [llama_vocab_eos(vocabulary)] : []
        let separator = llama_vocab_get_add_sep(vocabulary) ? [llama_vocab_sep(vocabulary)] : []
        return (beginningToken.map { [$0] } ?? []) + first + end + separator + second + end
    }

    /// The control token of exactly this name, or nil when the vocabulary has none.
    package func controlToken(_ name: String) -> LlamaToken? {
        var tokens = [LlamaToken](repeating: 0, count: 4)
        let bytes = Array(name.utf8)
        let count = bytes.withUnsafeBytes { raw in
            llama_tokenize(
                vocabulary, raw.bindMemory(to: CChar.self).baseAddress, Int32(raw.count), &tokens, 4, false, true)
        }
        guard count == 1, isControl(tokens[0]) else { return nil }
        return tokens[0]
    }

    package func contains(_ token: LlamaToken) -> Bool { token >= 0 && Int(token) < vocabularySize }
    package func isControl(_ token: LlamaToken) -> Bool {
        contains(token) && llama_vocab_is_control(vocabulary, token)
    }
    /// Whether the token ends an answer.
    package func isEnd(_ token: LlamaToken) -> Bool { contains(token) && llama_vocab_is_eog(vocabulary, token) }

    /// The chat template the file carries, a Jinja text; nil when it has none.
    package var chatTemplate: String? { llama_model_chat_template(raw, nil).map { String(cString: $0) } }

    /// The token every text is to begin with; nil when the model wants none.
    package var beginningToken: LlamaToken? {
        llama_vocab_get_add_bos(vocabulary) ? llama_vocab_bos(vocabulary) : nil
    }

    /// How the token that begins a text, and the one that ends a message, are written; empty where there is none.
    package var beginning: String { spelled(llama_vocab_bos(vocabulary)) }
    package var ending: String { spelled(llama_vocab_eos(vocabulary)) }
    private func spelled(_ token: LlamaToken) -> String {
        String(decoding: bytes(of: token, spellsControls: true), as: UTF8.self)
    }

    /// Every control token's name, longest first, as a template would write it.
    package var controlNames: [(name: String, token: LlamaToken)] {
        (0..<LlamaToken(vocabularySize)).filter(isControl).map { (spelled($0), $0) }.filter { !$0.0.isEmpty }
            .sorted { $0.0.utf8.count > $1.0.utf8.count }
    }

    /// The bytes a token stands for; none for a control token unless asked. They may end within a character.
    package func bytes(of token: LlamaToken, spellsControls: Bool = false) -> [UInt8] {
        guard contains(token) else { return [] }
        var wanted = 64
        while true {
            var written: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                buffer.withMemoryRebound(to: CChar.self) { characters in
                    written = llama_token_to_piece(
                        vocabulary, token, characters.baseAddress, Int32(characters.count), 0, spellsControls)
                }
                count = max(0, Int(written))
            }
            guard written < 0 else { return bytes }
            wanted = Int(-written)
        }
    }
}
