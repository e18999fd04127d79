// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import RPC

/// A call that a schedule makes, and what may become of it.
///
/// `@unchecked Sendable`: confined to the fuzzing thread.
final class PlannedCall: @unchecked Sendable {
    enum Kind: CaseIterable { case echo, count, talk, hurried }

    let kind: Kind
    let request: Parcel
    private(set) var deadline: Deadline
    /// How it ended; nil while it goes on.
    private(set) var outcome: Result<Void, Failure>?
    private var ended = MonotonicInstant(nanoseconds: 0)
    private(set) var isCancelled = false
    /// What has come back, each element by its bytes.
    private var received: [[UInt8]] = []
    /// What a talk has to send, and what it has sent.
    private var outbox: [[UInt8]] = []
    private var sent: [[UInt8]] = []
    private var isFinished = false
    private let pen: Gate
    /// Where the reader waits before each element.
    let reading: Gate
    private let loop: FuzzLoop
    private var task: Task<Void, Never>?

    init(_ kind: Kind, _ request: [UInt8], milliseconds: Int, on loop: FuzzLoop) {
        self.kind = kind
        self.request = Parcel(request)
        self.loop = loop
        deadline = .after(.milliseconds(milliseconds), from: loop.now)
        pen = Gate(loop)
        reading = Gate(loop)
        reading.open(forGood: true)
    }

    // MARK: What a schedule does with it

    func start(_ client: RPCClient) {
        let context = CallContext(deadline: deadline, trace: FuzzCallers.trace, requestID: "r")
        if kind == .hurried { deadline = min(deadline, .after(.milliseconds(30), from: loop.now)) }
        task = Task(executorPreference: loop.executor) {  // House: loose task, because `outcome` is waited for.
            do {
                try await self.run(client, context)
                self.outcome = .success(())
            } catch {
                self.outcome = .failure(error as? Failure ?? .cancelled)
            }
            self.ended = self.loop.now
        }
    }

    func send(_ bytes: [UInt8]) {
        guard !isFinished, outbox.count < 64 else { return }
        outbox.append(bytes)
        pen.open()
    }

    func finish() {
        isFinished = true
        pen.open()
    }

    func cancel() {
        guard outcome == nil else { return }
        isCancelled = true
        task?.cancel()
    }

    // MARK: The call itself

    private func run(_ client: RPCClient, _ context: CallContext) async throws {
        switch kind {
        case .echo: received = [try await client.unary(FuzzService.echo, request, context).bytes]
        case .hurried: received = [try await client.unary(FuzzService.hurried, request, context).bytes]
        case .count:
            try await client.serverStreaming(FuzzService.count, request, context) { reader in
                try await self.readAll(reader)
            }
        case .talk:
            try await client.bidirectional(FuzzService.talk, context) { writer, reader in
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { await self.writeAll(writer) }
                    tasks.addTask {
                        try await self.readAll(reader)
                        self.finish()
                    }
                    // Unlike `waitForAll`, which waits for the other one first.
                    for try await _ in tasks {}
                }
            }
        }
    }

    private func readAll(_ reader: StreamReader<Parcel>) async throws {
        while true {
            try await reading.wait()
            guard let element = try await reader.next() else { return }
            received.append(Self.bytes(element))
        }
    }

    /// How the call ended is told by its reading half; this one just stops.
    private func writeAll(_ writer: StreamWriter<Parcel>) async {
        do {
            while true {
                if let next = outbox.first {
                    try await writer.send(Parcel(next))
                    sent.append(outbox.removeFirst())
                } else if isFinished {
                    return writer.finish()
                } else {
                    try await pen.wait()
                }
            }
        } catch {}
    }

    private static func bytes(_ element: StreamElement<Parcel>) -> [UInt8] {
        switch element {
        case .event(let parcel): parcel.bytes
        case .tokens(let chunk): Array(chunk.text.readableBytesView) + chunk.ids.map { UInt8(truncatingIfNeeded: $0) }
        }
    }

    // MARK: What may become of it

    /// Whether it should have ended by itself by now: its deadline has passed and nobody but the call layer holds it.
    var isOverdue: Bool {
        outcome == nil && reading.isOpen && Deadline(deadline.instant + .milliseconds(2)).hasPassed(at: loop.now)
    }

    /// - Parameters:
    ///   - isLossy: The connection was drained or lost at some time.
    ///   - isCrowded: More calls were made than may be open at once.
    func checkOutcome(isLossy: Bool, isCrowded: Bool) throws {
        let name = "\(kind) of \(request.bytes)"
        guard let outcome else { throw Finding("\(name) hangs") }
        let expected = self.expected
        let isPrefix = received.count <= expected.count && zip(received, expected).allSatisfy { $0 == $1 }
        try claim(isPrefix, "\(name) has received \(received), not a beginning of \(expected)")
        switch outcome {
        case .success:
            try claim(
                received.count == expected.count, "\(name) ends well after \(received.count) of \(expected.count)")
            try claim(wishes.isDisjoint(with: [.aborted, .internal, .invalidArgument]), "\(name) ends well")
        case .failure(let failure):
            var allowed = wishes
            if isCancelled { allowed.insert(.cancelled) }
            if isLossy { allowed.insert(.unavailable) }
            if isCrowded { allowed.insert(.resourceExhausted) }
            if Deadline(deadline.instant + .milliseconds(-5)).hasPassed(at: ended) {
                // What waits for a connection until its deadline says so.
                allowed.insert(failure.reason == "no_connection" ? .unavailable : .deadlineExceeded)
            }
            try claim(allowed.contains(failure.code), "\(name) ends with \(failure)")
        }
    }

    /// Messages of a talk after which the server sends nothing more.
    private static let lastWords: Set<UInt8?> = [FuzzService.enough, FuzzService.fail, 0xFE]

    /// The messages of a talk that may have arrived: the one being sent when the call ended as well.
    private var said: [[UInt8]] { sent + outbox.prefix(1) }

    /// What the server would send if nothing went wrong.
    private var expected: [[UInt8]] {
        switch kind {
        case .echo, .hurried: return [request.bytes]
        case .count:
            let order = FuzzService.order(request)
            return (0..<order.count).map { Self.bytes(FuzzService.element($0, size: order.size)) }
        case .talk:
            return said.prefix { !Self.lastWords.contains($0.first) }.filter { $0.first != FuzzService.stall }
        }
    }

    /// The codes that the call itself asks for.
    private var wishes: Set<StatusCode> {
        guard kind != .talk else {
            switch said.first(where: { Self.lastWords.contains($0.first) })?.first {
            case FuzzService.fail: return [.aborted]
            case 0xFE: return [.invalidArgument]
            default: return []
            }
        }
        if request.bytes.first == 0xFE { return [.invalidArgument] }
        switch Wish(request.bytes) {
        case .answer, .hang: return []
        case .refuse, .hangAndRefuse: return [.aborted]
        case .crash: return [.internal]
        }
    }
}
