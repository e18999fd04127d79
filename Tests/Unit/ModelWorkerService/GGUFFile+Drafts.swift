// SPDX-License-Identifier: Apache-2.0

import Glibc

extension GGUFFile {
    struct Unreadable: Error { var path: String }

    /// A model of one layer and random weights that has another one's vocabulary: it knows every word, has nothing to
    /// say, and is sure of it.
    /// - Parameter altered: a token whose first letter is another one than in the file it was taken from.
    static func babbler(vocabularyOf path: String, seed: UInt64, altered: Int? = nil) throws -> [UInt8] {
        var reader = try EntryReader(path: path)
        var file = GGUFFile(seed: seed)
        let width = 64
        file.set("general.architecture", "llama")
        file.set("general.name", "babbler")
        for (key, value) in [
            ("block_count", 1), ("context_length", 2_048), ("embedding_length", width), ("feed_forward_length", width),
            ("attention.head_count", 2), ("attention.head_count_kv", 2), ("rope.dimension_count", width / 2),
        ] { file.set("llama.\(key)", UInt32(value)) }
        file.set("llama.attention.layer_norm_rms_epsilon", 1e-5 as Float)
        var words = 0
        for _ in 0..<reader.count {
            let entry = reader.next()
            if entry.key == "tokenizer.ggml.tokens" {
                words = entry.strings.count
                if let altered { reader.bytes[entry.strings[altered].lowerBound] ^= 1 }
            }
            if entry.key.hasPrefix("tokenizer.") { file.copy(reader.bytes[entry.bytes]) }
        }
        file.add(random: "token_embd.weight", [width, words], deviation: 1)
        // Large, so that the likeliest token is far ahead of all others.
        file.add("output_norm.weight", [width], all: 4)
        for name in ["attn_norm", "ffn_norm"] { file.add("blk.0.\(name).weight", [width], all: 1) }
        for name in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
            file.add(random: "blk.0.\(name).weight", [width, width], deviation: 0.3)
        }
        return file.bytes
    }
}

/// Walks the metadata of a GGUF file.
private struct EntryReader {
    struct Entry {
        var key: String
        /// Where it stands, key and all.
        var bytes: Range<Int>
        /// Where its texts stand, if it is a list of those.
        var strings: [Range<Int>] = []
    }

    /// Enough for any metadata we read.
    private static let most = 16 << 20

    var bytes: [UInt8]
    let count: Int
    private var at = 24

    init(path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw GGUFFile.Unreadable(path: path) }
        defer { close(file) }
        bytes = [UInt8](unsafeUninitializedCapacity: Self.most) { buffer, count in
            count = max(0, read(file, buffer.baseAddress, Self.most))
        }
        guard bytes.count > 24 else { throw GGUFFile.Unreadable(path: path) }
        count = Self.number(bytes[16..<24])
    }

    mutating func next() -> Entry {
        let start = at
        let key = String(decoding: bytes[text()], as: UTF8.self)
        var entry = Entry(key: key, bytes: start..<start)
        skip(number(4), &entry)
        entry.bytes = start..<at
        return entry
    }

    private mutating func skip(_ type: Int, _ entry: inout Entry) {
        switch type {
        case 8: entry.strings.append(text())
        case 9:
            let (inner, count) = (number(4), number(8))
            for _ in 0..<count { skip(inner, &entry) }
        case 0, 1, 7: at += 1
        case 2, 3: at += 2
        case 4, 5, 6: at += 4
        default: at += 8
        }
    }

    private mutating func text() -> Range<Int> {
        let count = number(8)
        defer { at += count }
        return at..<(at + count)
    }

    private mutating func number(_ width: Int) -> Int {
        defer { at += width }
        return Self.number(bytes[at..<(at + width)])
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
