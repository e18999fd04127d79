// SPDX-License-Identifier: Apache-2.0

import Loops
import Primitives
import RPC

/// A message that is its bytes. One that begins with `FE` does not decode.
struct Parcel: BinaryMessage, Equatable {
    static let messageName = "fuzz.Parcel"
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init(decoding bytes: UnsafeRawBufferPointer) throws(DecodeFailure) {
        guard bytes.first != 0xFE else { throw DecodeFailure(.malformed, message: Self.messageName) }
        self.bytes = Array(bytes)
    }

    func withEncoded<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes { try body($0) }
    }
}

/// What a request asks of its handler, by its first byte.
enum Wish: UInt8, CaseIterable {
    case answer, refuse, crash, hang, hangAndRefuse

    init(_ bytes: [UInt8]) { self = Self.allCases[Int(bytes.first ?? 0) % Self.allCases.count] }
}

/// A service of one method of each kind, whose handlers do what their callers wish.
///
/// `@unchecked Sendable`: confined to the fuzzing thread, where the handlers run too.
final class FuzzService: @unchecked Sendable {
    static let callers: Set<PeerName> = [.gateway]
    static let echo = Method<Parcel, Parcel>(
        id: 1, name: "fuzz.Echo", kind: .unary, isIdempotent: true, deadline: nil, callers: callers)
    static let count = Method<Parcel, Parcel>(
        id: 2, name: "fuzz.Count", kind: .serverStreaming, isIdempotent: true, deadline: nil, callers: callers,
        carriesTokens: true)
    static let talk = Method<Parcel, Parcel>(
        id: 3, name: "fuzz.Talk", kind: .bidirectional, isIdempotent: false, deadline: nil, callers: callers)
    static let foreign = Method<Parcel, Parcel>(
        id: 4, name: "fuzz.Foreign", kind: .unary, isIdempotent: true, deadline: nil, callers: [.billing])
    static let hurried = Method<Parcel, Parcel>(
        id: 5, name: "fuzz.Hurried", kind: .unary, isIdempotent: true, deadline: .milliseconds(30), callers: callers)

    /// Messages of a counted stream at most: enough to run out of any credit here several times.
    static let longestCount = 64
    static let refusal = Failure(.aborted, "As wished.", reason: "wished", retry: .after(.milliseconds(7)))
    /// A talk's message that begins with this ends it, well or not.
    static let enough: UInt8 = 0xF0
    static let fail: UInt8 = 0xF1
    static let stall: UInt8 = 0xF2

    struct Crash: Error {}

    /// Handlers that have not returned.
    private(set) var running = 0
    /// Where those wait that hang.
    let gate: Gate

    init(_ loop: FuzzLoop) { gate = Gate(loop) }

    var table: MethodTable {
        var table = MethodTable()
        table.unary(Self.echo) { request, _ in try await self.counted { try await self.fulfil(request) } }
        table.unary(Self.hurried) { request, _ in try await self.counted { try await self.fulfil(request) } }
        table.unary(Self.foreign) { request, _ in request }
        table.serverStreaming(Self.count) { request, _, writer in
            try await self.counted { try await self.count(request, writer) }
        }
        table.bidirectional(Self.talk) { _, reader, writer in
            try await self.counted { try await self.talk(reader, writer) }
        }
        return table
    }

    private func counted<R>(_ body: () async throws -> R) async throws -> R {
        running += 1
        defer { running -= 1 }
        return try await body()
    }

    private func fulfil(_ request: Parcel) async throws -> Parcel {
        try await fulfil(Wish(request.bytes))
        return request
    }

    private func fulfil(_ wish: Wish) async throws {
        switch wish {
        case .answer: return
        case .refuse: throw Self.refusal
        case .crash: throw Crash()
        case .hang: try await gate.wait()
        case .hangAndRefuse:
            try await gate.wait()
            throw Self.refusal
        }
    }

    /// The `index`th thing of a counted stream of messages of `size` bytes; every third is a token chunk.
    static func element(_ index: Int, size: Int) -> StreamElement<Parcel> {
        let filling = [UInt8](repeating: UInt8(ascii: "."), count: size)
        guard index % 3 == 2 else { return .event(Parcel([UInt8(index)] + filling)) }
        let text = String(decoding: filling, as: UTF8.self)
        return .tokens(TokenChunk(seq: UInt32(index), count: 1, text: text, ids: index % 2 == 0 ? [7] : []))
    }

    /// How many elements a request asks for, and how large.
    static func order(_ request: Parcel) -> (count: Int, size: Int) {
        let bytes = request.bytes
        return (bytes.count > 1 ? Int(bytes[1]) % longestCount : 0, bytes.count > 2 ? Int(bytes[2]) * 2 : 0)
    }

    private func count(_ request: Parcel, _ writer: StreamWriter<Parcel>) async throws {
        let order = Self.order(request)
        for index in 0..<order.count {
            switch Self.element(index, size: order.size) {
            case .event(let parcel): try await writer.send(parcel)
            case .tokens(let chunk): try await writer.send(chunk)
            }
        }
        try await fulfil(Wish(request.bytes))
    }

    /// Sends back what comes.
    private func talk(_ reader: StreamReader<Parcel>, _ writer: StreamWriter<Parcel>) async throws {
        while let parcel = try await reader.nextEvent() {
            switch parcel.bytes.first {
            case Self.enough: return
            case Self.fail: throw Self.refusal
            case Self.stall: try await gate.wait()
            default: try await writer.send(parcel)
            }
        }
    }
}

/// A place to wait until it opens, or until the task is cancelled.
///
/// `@unchecked Sendable`: confined to the fuzzing thread.
final class Gate: @unchecked Sendable {
    private let loop: FuzzLoop
    private(set) var isOpen = false
    private var waiting: [Int: UnsafeContinuation<Void, Never>] = [:]
    private var next = 0

    init(_ loop: FuzzLoop) { self.loop = loop }

    var isEmpty: Bool { waiting.isEmpty }

    /// Lets everybody through who waits now, and with `forGood` whoever comes later.
    func open(forGood: Bool = false) {
        isOpen = isOpen || forGood
        let woken = waiting
        waiting = [:]
        for continuation in woken.sorted(by: { $0.key < $1.key }).map(\.value) { continuation.resume() }
    }

    func close() { isOpen = false }

    func wait() async throws {
        if isOpen { return }
        let number = next
        next += 1
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { waiting[number] = continuation }
            }
        } onCancel: {
            loop.executor.execute { self.waiting.removeValue(forKey: number)?.resume() }
        }
        try Task.checkCancellation()
    }
}
