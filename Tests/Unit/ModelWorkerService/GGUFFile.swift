// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestKit

/// A file of version 3 of the GGUF format in the making: metadata, then matrices of 32-bit floats.
struct GGUFFile {
    private var metadata: [UInt8] = []
    private var metadataCount: UInt64 = 0
    private var tensors: [(name: String, shape: [Int], values: [Float])] = []
    private var state: UInt64

    /// - Parameter seed: of what `add(random:)` writes.
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func set(_ key: String, _ value: String) { entry(key, type: 8) { Self.put(value, &$0) } }
    mutating func set(_ key: String, _ value: UInt32) { entry(key, type: 4) { Self.put(value, &$0) } }
    mutating func set(_ key: String, _ value: Float) { entry(key, type: 6) { Self.put(value.bitPattern, &$0) } }
    mutating func set(_ key: String, _ value: Bool) { entry(key, type: 7) { $0.append(value ? 1 : 0) } }

    mutating func set(_ key: String, _ values: [String]) {
        entry(key, type: 9) { bytes in
            Self.put(UInt32(8), &bytes)
            Self.put(UInt64(values.count), &bytes)
            for value in values { Self.put(value, &bytes) }
        }
    }

    mutating func set(_ key: String, _ values: [Int32]) {
        entry(key, type: 9) { bytes in
            Self.put(UInt32(5), &bytes)
            Self.put(UInt64(values.count), &bytes)
            for value in values { Self.put(value, &bytes) }
        }
    }

    mutating func add(_ name: String, _ shape: [Int], all value: Float) {
        tensors.append((name, shape, [Float](repeating: value, count: shape.reduce(1, *))))
    }

    /// Evenly spread numbers whose standard deviation is `deviation`.
    mutating func add(random name: String, _ shape: [Int], deviation: Float) {
        let values = (0..<shape.reduce(1, *)).map { _ in
            // Knuth's generator; only its upper bits are random enough.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Float(state >> 40) / Float(1 << 24) - 0.5) * 3.464 * deviation
        }
        tensors.append((name, shape, values))
    }

    var bytes: [UInt8] {
        var file = Array("GGUF".utf8)
        Self.put(UInt32(3), &file)
        Self.put(UInt64(tensors.count), &file)
        Self.put(metadataCount, &file)
        file += metadata
        var offset = 0
        for tensor in tensors {
            Self.put(tensor.name, &file)
            Self.put(UInt32(tensor.shape.count), &file)
            for size in tensor.shape { Self.put(UInt64(size), &file) }
            // 32-bit floats.
            Self.put(UInt32(0), &file)
            Self.put(UInt64(offset), &file)
            offset += (tensor.values.count * 4 + 31) / 32 * 32
        }
        Self.pad(&file)
        for tensor in tensors {
            for value in tensor.values { Self.put(value.bitPattern, &file) }
            Self.pad(&file)
        }
        return file
    }

    /// Takes an entry over as it stands in another file.
    mutating func copy(_ entry: some Collection<UInt8>) {
        metadata += entry
        metadataCount += 1
    }

    private mutating func entry(_ key: String, type: UInt32, _ value: (inout [UInt8]) -> Void) {
        Self.put(key, &metadata)
        Self.put(type, &metadata)
        value(&metadata)
        metadataCount += 1
    }

    private static func put(_ value: some FixedWidthInteger, _ file: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { file.append(contentsOf: $0) }
    }

    private static func put(_ text: String, _ file: inout [UInt8]) {
        put(UInt64(text.utf8.count), &file)
        file.append(contentsOf: text.utf8)
    }

    private static func pad(_ file: inout [UInt8]) {
        while file.count % 32 != 0 { file.append(0) }
    }
}

extension GGUFFile {
    /// A LoRA adapter for SmolLM2-135M: matrices of rank 4 beside the queries and values of every layer, strong enough
    /// to change what the model says.
    /// - Parameter width: another one than the model's 576 makes an adapter of another model.
    static func adapter(seed: UInt64, width: Int = 576) -> [UInt8] {
        var file = GGUFFile(seed: seed)
        file.set("general.architecture", "llama")
        file.set("general.type", "adapter")
        file.set("adapter.type", "lora")
        file.set("adapter.lora.alpha", 8 as Float)
        for layer in 0..<30 {
            for (name, rows) in [("attn_q", width), ("attn_v", 192)] {
                file.add(random: "blk.\(layer).\(name).weight.lora_a", [width, 4], deviation: 0.05)
                file.add(random: "blk.\(layer).\(name).weight.lora_b", [4, rows], deviation: 0.05)
            }
        }
        return file.bytes
    }

    /// A cross-encoder as small as can be: BERT with one layer, random weights and a head with one score.
    static func crossEncoder(seed: UInt64) -> [UInt8] {
        let (width, inner) = (32, 64)
        let words =
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
            + ["cat", "mat", "sea", "ship", "the", "a"].map { "\u{2581}\($0)" }
        var file = GGUFFile(seed: seed)
        file.set("general.architecture", "bert")
        file.set("general.name", "tiny cross-encoder")
        for (key, value) in [
            ("block_count", 1), ("context_length", 64), ("embedding_length", width), ("feed_forward_length", inner),
            ("attention.head_count", 2), ("pooling_type", 4),
        ] { file.set("bert.\(key)", UInt32(value)) }
        file.set("bert.attention.layer_norm_epsilon", 1e-12 as Float)
        file.set("bert.attention.causal", false)
        file.set("tokenizer.ggml.model", "bert")
        file.set("tokenizer.ggml.pre", "jina-v2-en")
        file.set("tokenizer.ggml.token_type_count", 2 as UInt32)
        file.set("tokenizer.ggml.tokens", words)
        file.set("tokenizer.ggml.token_type", words.indices.map { $0 < 5 ? 3 : 1 } as [Int32])
        for (key, id) in [
            ("padding", 0), ("unknown", 1), ("cls", 2), ("bos", 2), ("seperator", 3), ("eos", 3), ("mask", 4),
        ] { file.set("tokenizer.ggml.\(key)_token_id", UInt32(id)) }
        file.set("tokenizer.ggml.add_bos_token", true)
        file.set("tokenizer.ggml.add_eos_token", true)
        file.set("tokenizer.ggml.add_sep_token", false)
        file.add(random: "token_embd.weight", [width, words.count], deviation: 1)
        file.add(random: "position_embd.weight", [width, 64], deviation: 0.1)
        file.add(random: "token_types.weight", [width, 2], deviation: 0.1)
        func norm(_ name: String) {
            file.add("\(name).weight", [width], all: 1)
            file.add("\(name).bias", [width], all: 0)
        }
        func layer(_ name: String, _ from: Int, _ to: Int) {
            file.add(random: "\(name).weight", [from, to], deviation: 0.4)
            file.add("\(name).bias", [to], all: 0)
        }
        norm("token_embd_norm")
        for name in ["attn_q", "attn_k", "attn_v", "attn_output"] { layer("blk.0.\(name)", width, width) }
        norm("blk.0.attn_output_norm")
        layer("blk.0.ffn_up", width, inner)
        layer("blk.0.ffn_down", inner, width)
        norm("blk.0.layer_output_norm")
        layer("cls", width, width)
        layer("cls.output", width, 1)
        return file.bytes
    }
}

/// A folder for files that a test makes.
enum ModelFolder {
    struct Unwritable: Error { var path: String }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Unwritable(path: path) }
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Unwritable(path: path) }
            done += count
        }
    }

    /// Lends a folder that is gone afterwards.
    static func lend<R>(_ body: (String) async throws -> R) async throws -> R {
        let folder = try TestFolder.make("models")
        defer { TestFolder.remove(folder) }
        return try await body(folder)
    }
}
