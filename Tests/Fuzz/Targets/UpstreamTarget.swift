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
        if kind == 254 { return try events(bytes) }
        if kind == 255 { return try publication(bytes) }
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

    /// Batches of events, each behind two octets of length, around prompts that are noted: what is told as held is told
    /// as gone when everything is.
    private static func events(_ bytes: [UInt8]) throws {
        var view = ServerCacheView()
        var held: Set<UInt64> = []
        var at = 0
        func tell() throws {
            let changes = view.takeChanges()
            try claim(Set(changes.evicted).isDisjoint(with: changes.inserted), "a block came and went at once")
            held.subtract(changes.evicted)
            held.formUnion(changes.inserted)
        }
        while bytes.count - at >= 2 {
            let length = min(Int(bytes[at]) << 8 | Int(bytes[at + 1]), bytes.count - at - 2)
            let batch = bytes[at + 2..<at + 2 + length]
            at += 2 + length
            for event in (try? Array(batch).withUnsafeBytes { try ServerCacheEvent.batch($0) }) ?? [] {
                view.apply(event)
                if case .stored(let stored) = event {
                    view.note(stored.tokens, (0..<5).map { UInt64(length + $0) }, salt: "", adapter: "")
                }
            }
            try tell()
        }
        view.forget()
        try tell()
        try claim(held.isEmpty, "\(held.count) names are left of nothing")
    }

    /// The first byte is the size of the pieces.
    private static func publication(_ bytes: [UInt8]) throws {
        guard let size = bytes.first.map({ Int($0) % 64 + 1 }) else { return }
        let bytes = Array(bytes.dropFirst())
        func read(_ size: Int) -> ([[[UInt8]]], PublicationReader.Failure?) {
            var reader = PublicationReader()
            var messages: [[[UInt8]]] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                do {
                    messages += try reader.read(bytes[start..<min(start + size, bytes.count)])
                } catch {
                    return (messages, error)
                }
            }
            return (messages, nil)
        }
        let (whole, pieces) = (read(max(1, bytes.count)), read(size))
        try claim(whole.1 == pieces.1, "fails otherwise in pieces of \(size)")
        // Whole messages before a failure are handed over only when their piece ends before it.
        try claim(pieces.0.starts(with: whole.0), "means something else in pieces of \(size)")
        if whole.1 == nil { try claim(whole.0 == pieces.0, "means something else in pieces of \(size)") }
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
