// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain

/// What another model server may say. The first byte says which reader it meets.
///
/// Claim: any bytes are read or refused; an event stream means the same however the network cuts it, and its text holds
/// no mark of a call that the server did not make as one.
enum UpstreamTarget {
    static func run(_ input: [UInt8]) throws {
        guard let kind = input.first else { return }
        let bytes = Array(input.dropFirst())
        switch kind % 4 {
        case 0: try stream(bytes)
        case 1: try load(bytes)
        case 2: _ = bytes.withUnsafeBytes { ServerError(body: $0) }.isAboutContextLength
        default: try embeddings(bytes)
        }
    }

    /// The first byte is the size of the pieces.
    private static func stream(_ bytes: [UInt8]) throws {
        guard let size = bytes.first.map({ Int($0) % 64 + 1 }) else { return }
        let bytes = Array(bytes.dropFirst())
        let whole = read(bytes, size: max(1, bytes.count))
        let pieces = read(bytes, size: size)
        try claim(whole.failure == pieces.failure, "fails otherwise in pieces: \(whole), \(pieces)")
        let isSame =
            whole.text == pieces.text && whole.count == pieces.count
            && whole.reader.finishReason == pieces.reader.finishReason && whole.reader.usage == pieces.reader.usage
            && whole.reader.isDone == pieces.reader.isDone
        try claim(isSame, "means something else in pieces of \(size)")
        try claim(!whole.text.contains(0), "U+0000 came through")
        let records = whole.text.count { $0 == 0x1E }
        let units = whole.text.count { $0 == 0x1F }
        try claim(units == 2 * records, "\(records) calls with \(units) marks")
        if let usage = whole.reader.usage, let cached = usage.cached {
            try claim(cached <= usage.prompt, "more cached than there is")
        }
    }

    private static func read(
        _ bytes: [UInt8], size: Int
    ) -> (reader: ChatStreamReader, text: [UInt8], count: Int, failure: ChatStreamReader.Failure?) {
        var reader = ChatStreamReader()
        var text: [UInt8] = []
        var count = 0
        for start in stride(from: 0, to: bytes.count, by: size) {
            do {
                try bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { piece in try reader.read(piece) }
            } catch {
                let rest = reader.takePieces()
                return (reader, text + rest.text, count + rest.count, error as? ChatStreamReader.Failure)
            }
            let more = reader.takePieces()
            text += more.text
            count += more.count
        }
        return (reader, text, count, nil)
    }

    private static func load(_ bytes: [UInt8]) throws {
        let load = bytes.withUnsafeBytes { ServerLoad(metrics: $0) }
        try claim((load.running ?? 0) >= 0 && (load.waiting ?? 0) >= 0, "a queue below nothing: \(load)")
        try claim((0...1).contains(load.cacheUsage ?? 0), "a cache fuller than full: \(load)")
        try claim((load.cacheTokens ?? 0) >= 0, "a cache below nothing: \(load)")
    }

    private static func embeddings(_ bytes: [UInt8]) throws {
        guard let read = try? bytes.withUnsafeBytes({ try ServerEmbeddings.read($0, expecting: 1) }) else { return }
        for vector in read.vectors {
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            try claim(abs(length - 1) < 0.01, "a vector of length \(length)")
        }
    }
}
