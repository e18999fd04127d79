// SPDX-License-Identifier: Apache-2.0

import Loops
import Primitives
import RPC
import Synchronization
import TestKit

/// A service that does what its callers ask for, so that each rule of the call layer can be provoked.
final class EchoService: Sendable {
    static let callers: Set<PeerName> = [.gateway]
    static let echo = Method<EchoMessage, EchoMessage>(
        id: 1, name: "echo.Echo", kind: .unary, isIdempotent: true, deadline: nil, callers: callers)
    static let change = Method<EchoMessage, EchoMessage>(
        id: 2, name: "echo.Change", kind: .unary, isIdempotent: false, deadline: nil, callers: callers)
    static let count = Method<EchoMessage, EchoMessage>(
        id: 3, name: "echo.Count", kind: .serverStreaming, isIdempotent: true, deadline: nil, callers: callers,
        carriesTokens: true)
    static let talk = Method<EchoMessage, EchoMessage>(
        id: 4, name: "echo.Talk", kind: .bidirectional, isIdempotent: false, deadline: nil, callers: callers)
    static let foreign = Method<EchoMessage, EchoMessage>(
        id: 5, name: "echo.Foreign", kind: .unary, isIdempotent: true, deadline: nil, callers: [.billing])
    static let hurried = Method<EchoMessage, EchoMessage>(
        id: 6, name: "echo.Hurried", kind: .unary, isIdempotent: true, deadline: .milliseconds(30), callers: callers)
    static let absent = Method<EchoMessage, EchoMessage>(
        id: 99, name: "echo.Absent", kind: .unary, isIdempotent: true, deadline: nil, callers: callers)

    struct Unexpected: Error {}

    let calls = Mutex<[String: Int]>([:])
    let contexts = Mutex<[CallContext]>([])
    let sent = Atomic<Int>(0)
    let cancelled = Latch()
    let started = Latch()
    let release = Latch()

    var table: MethodTable {
        var table = MethodTable()
        table.unary(Self.echo) { request, context in try await self.answer(request, context) }
        table.unary(Self.change) { request, context in try await self.answer(request, context) }
        table.unary(Self.foreign) { request, _ in request }
        table.unary(Self.hurried) { request, context in try await self.answer(request, context) }
        table.serverStreaming(Self.count) { request, _, writer in try await self.count(request, writer) }
        table.bidirectional(Self.talk) { _, reader, writer in
            self.started.open()
            while let message = try await reader.nextEvent() {
                if message.text == "enough" { return }
                if message.text == "fail" { throw Failure(.aborted, "As asked.", reason: "asked") }
                try await writer.send(EchoMessage("<\(message.text)>"))
            }
            try await writer.send(EchoMessage("bye"))
        }
        return table
    }

    private func answer(_ request: EchoMessage, _ context: CallContext) async throws -> EchoMessage {
        calls.withLock { $0[request.text, default: 0] += 1 }
        contexts.withLock { $0.append(context) }
        switch request.text {
        case "fail":
            throw Failure(
                .failedPrecondition, "Not today.", reason: "not_today", retry: .after(.milliseconds(1_500)),
                detail: "secret detail")
        case "crash": throw Unexpected()
        case "wait":
            started.open()
            do {
                try await release.wait()
            } catch {
                cancelled.open()
                throw error
            }
            return EchoMessage("released")
        default: return request
        }
    }

    /// "12": twelve messages and twelve token chunks; "forever": messages until nobody wants them; "fail": two, then
    /// a failure.
    private func count(_ request: EchoMessage, _ writer: StreamWriter<EchoMessage>) async throws {
        do {
            var index = 0
            while request.text == "forever" || index < (Int(request.text) ?? 2) {
                try await writer.send(EchoMessage("event \(index) " + String(repeating: ".", count: 80)))
                try await writer.send(
                    TokenChunk(seq: UInt32(index), count: 1, text: "token \(index)", ids: [UInt32(index)]))
                sent.wrappingAdd(1, ordering: .relaxed)
                index += 1
            }
        } catch {
            cancelled.open()
            throw error
        }
        if request.text == "fail" { throw Failure(.dataLoss, "Lost it.", reason: "lost") }
    }
}
