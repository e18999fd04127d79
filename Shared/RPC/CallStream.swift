// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Loops
import NIOCore
package import Primitives
import Wire

/// One payload that has arrived and waits to be read.
package struct Arrival: Sendable {
    var payload: ByteBuffer
    package var isTokens: Bool
    /// Granted to the connection already: a reader that stands still stops its own call and not its neighbours.
    var isParked: Bool

    var cost: Int { CreditWindows.cost(payload.readableBytes) }
}

/// What both ends of a call have in common: what has arrived, who waits for more, who waits for credit.
///
/// `@unchecked Sendable`: confined to its connection's loop. `next`, `awaitRoom` and the writing methods check and hop.
package class CallStream: @unchecked Sendable {
    let connection: Connection
    let method: MethodDescription
    package let deadline: Deadline
    var id: UInt32
    var phase: StreamPhase
    var sendWindow: SendWindow
    private var receiveWindow: ReceiveWindow
    private var inbox = Deque<Arrival>()
    /// Stands among those who wait for room on the connection.
    var isInLine = false
    /// The other side sends nothing more.
    var remoteIsDone = false
    /// How the call ended, if not well.
    private(set) var failure: Failure?
    final private(set) var reader: UnsafeContinuation<Void, Never>?
    /// Told of news in place of a waiting reader; see `StreamReader.listen`.
    var listener: (() -> Void)?
    /// The call whose reader waits for this one too; see `RPCClient.hedged`.
    var companion: CallStream?
    private var writers: [UnsafeContinuation<Void, Never>] = []

    /// Reads whose buffers the inbox may keep alive. Payloads stay slices of the buffer they came in; a reader that
    /// falls further behind gets copies, because a slice of a hundred octets keeps a whole read's buffer.
    private static let readsKept = 16
    /// Reads that payloads have come in since the inbox was empty, and the last of them.
    private var reads = 0
    private var lastRead: UInt64 = 0

    init(connection: Connection, method: MethodDescription, deadline: Deadline, id: UInt32, callerIsDone: Bool) {
        self.connection = connection
        self.method = method
        self.deadline = deadline
        self.id = id
        phase = StreamPhase(callerIsDone: callerIsDone)
        sendWindow = SendWindow(initial: connection.peerPreface?.streamCredit ?? 0)
        receiveWindow = ReceiveWindow(size: connection.limits.streamCredit)
    }

    /// The deadline has passed: the ends tell each other differently.
    func deadlinePassed() {}

    /// The connection went away under the call.
    func connectionLost(_ failure: Failure) { abort(failure) }

    // MARK: Arriving

    final func arrived(_ header: FrameHeader, _ buffer: ByteBuffer) throws(WireViolation) {
        let length = Int(header.length)
        try receiveWindow.receive(length)
        guard var payload = buffer.getSlice(at: buffer.readerIndex, length: length) else { return }
        if inbox.isEmpty { reads = 0 }
        if reads == 0 || lastRead != connection.arrivals {
            reads += 1
            lastRead = connection.arrivals
        }
        if reads > Self.readsKept { payload = ByteBuffer(bytes: payload.readableBytesView) }
        let isParked = connection.park(CreditWindows.cost(length))
        inbox.append(Arrival(payload: payload, isTokens: header.flags.contains(.tokens), isParked: isParked))
        wakeReader()
    }

    /// The other side is done, and all went well.
    final func finishedByPeer() {
        remoteIsDone = true
        wakeReader()
    }

    /// The other side ended the call with `failure`. What arrived before it can still be read.
    final func failedByPeer(_ failure: Failure) {
        if self.failure == nil { self.failure = failure }
        remoteIsDone = true
        wakeReader()
        wakeWriters()
    }

    /// The call is worth nothing any more: what has arrived is dropped.
    final func abort(_ failure: Failure) {
        discardInbox()
        failedByPeer(failure)
    }

    /// Frames that the other side may have sent before it hears that we have ended the call: payloads of one octet each
    /// for what is left of our credit and END behind them, and grants of one octet for what it has got.
    final var mostFramesOnTheWay: Int {
        let sent = max(0, Int64(connection.peerPreface?.streamCredit ?? 0) - sendWindow.credit)
        return Int(sent) + (remoteIsDone ? 0 : 1 + max(0, Int(receiveWindow.remaining)))
    }

    /// Drops what nobody will read, and returns its credit to the connection.
    final func discardInbox() {
        guard !inbox.isEmpty else { return }
        var costs = 0
        for arrival in inbox {
            if arrival.isParked { connection.unpark(arrival.cost) } else { costs += arrival.cost }
        }
        inbox.removeAll()
        if costs > 0, !connection.isClosed { connection.consumed(costs) }
    }

    final func creditArrived(_ bytes: UInt32) throws(WireViolation) {
        try sendWindow.grant(bytes)
        wakeWriters()
    }

    // MARK: Reading

    /// What a reader finds without waiting.
    enum Look {
        case arrival(Arrival)
        case end
        case nothing
    }

    /// The next payload; nil when the other side is done.
    ///
    /// A waiting reader keeps its frames for as long as it waits, thousands of them at once. So here and in `send` what
    /// needs room is done without suspending, or in a function of its own that is seldom called.
    package nonisolated(nonsending) final func next() async throws(Failure) -> Arrival? {
        guard connection.loop.isCurrent else { return try await nextFromElsewhere() }
        return try await nextOnLoop()
    }

    @inline(never)
    private nonisolated(nonsending) final func nextFromElsewhere() async throws(Failure) -> Arrival? {
        try await withTaskExecutorPreference(connection.loop) { () async throws(Failure) -> Arrival? in
            try await self.nextOnLoop()
        }
    }

    private nonisolated(nonsending) final func nextOnLoop() async throws(Failure) -> Arrival? {
        var hasWaited = false
        while true {
            switch try look(hasWaited) {
            case .arrival(let arrival): return arrival
            case .end: return nil
            case .nothing: await awaitNews()
            }
            hasWaited = true
        }
    }

    @inline(never)
    final func look(_ hasWaited: Bool = false) throws(Failure) -> Look {
        if let arrival = inbox.popFirst() {
            consumed(arrival)
            return .arrival(arrival)
        }
        // Looked at only when nothing has come: what has come is worth more than a cancellation.
        if hasWaited, Task.isCancelled { throw failure ?? .cancelled }
        if let failure { throw failure }
        if remoteIsDone { return .end }
        guard reader == nil else {
            throw Failure(.internal, "Something went wrong on our side.", reason: "two_readers")
        }
        return .nothing
    }

    /// The payload that comes next, if it is here and holds tokens.
    final func takeReadyTokens() -> Arrival? {
        guard connection.loop.isCurrent, inbox.first?.isTokens == true, let arrival = inbox.popFirst() else {
            return nil
        }
        consumed(arrival)
        return arrival
    }

    /// Whether a payload waits to be read.
    final var hasArrivals: Bool { !inbox.isEmpty }
    /// Whether a reader would be told something at once.
    final var hasNews: Bool { hasArrivals || remoteIsDone || failure != nil }

    /// Keeps the continuation of who has nothing to read yet; `wake` is its way out.
    final func keep(reader continuation: UnsafeContinuation<Void, Never>) { reader = continuation }

    /// Waits until something arrives or the call ends. Call on the loop, from one task.
    nonisolated(nonsending) final func awaitNews() async {
        await suspend { self.reader = $0 }
    }

    private final func consumed(_ arrival: Arrival) {
        if arrival.isParked { connection.unpark(arrival.cost) } else { connection.consumed(arrival.cost) }
        let grant = receiveWindow.consume(arrival.cost)
        if grant > 0, !remoteIsDone, !phase.isClosed {
            connection.writeFrame(FrameHeader(.credit, stream: id, value: grant))
        }
    }

    // MARK: Waiting

    /// Waits until somebody wakes `keep`'s continuation, or the task is cancelled.
    nonisolated(nonsending) final func suspend(
        _ keep: (UnsafeContinuation<Void, Never>) -> Void
    ) async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { keep(continuation) }
            }
        } onCancel: {
            connection.loop.execute { self.wake() }
        }
    }

    /// Wakes everybody who waits on this call; they look for themselves what has changed.
    func wake() {
        wakeReader()
        wakeWriters()
    }

    final func wakeReader() {
        guard let waiting = reader else { return listener?() ?? companion?.wakeReader() ?? () }
        reader = nil
        waiting.resume()
    }

    final func wakeWriters() {
        guard !writers.isEmpty else { return }
        let woken = writers
        writers.removeAll(keepingCapacity: true)
        for writer in woken { writer.resume() }
    }

    /// Whether a payload may be written now, by this call's credit and the connection's.
    final var hasRoom: Bool { sendWindow.isOpen && connection.hasRoom }

    /// Returns when a payload may be written, at once in the usual case. Call on the loop.
    nonisolated(nonsending) final func awaitRoom() async throws(Failure) {
        while true {
            if let failure { throw failure }
            if phase.isClosed { throw .cancelled }
            if hasRoom { return }
            // Out of own credit: a CREDIT for this stream wakes us. Otherwise it is the connection that is full.
            if sendWindow.isOpen { connection.wait(self) }
            await suspend { self.writers.append($0) }
            if Task.isCancelled { throw failure ?? .cancelled }
        }
    }

    // MARK: Writing

    /// Sends one message, after waiting for credit.
    nonisolated(nonsending) final func send(_ message: some BinaryMessage) async throws(Failure) {
        if try !sendNow(message) { try await sendLater(message) }
    }

    @inline(never)
    private nonisolated(nonsending) final func sendLater(_ message: some BinaryMessage) async throws(Failure) {
        try await withTaskExecutorPreference(connection.loop) { () async throws(Failure) in
            try await self.awaitRoom()
            try self.write(message)
        }
    }

    /// Sends one message if nothing has to be waited for; else does nothing and says so.
    @inline(never)
    final func sendNow(_ message: some BinaryMessage) throws(Failure) -> Bool {
        guard mayWrite else { return false }
        try write(message)
        return true
    }

    /// Whether a payload may be written here and now.
    private final var mayWrite: Bool {
        connection.loop.isCurrent && !connection.isClosed && failure == nil && !phase.isClosed && hasRoom
    }

    /// Sends one token chunk, after waiting for credit.
    nonisolated(nonsending) final func send(_ tokens: TokenChunk) async throws(Failure) {
        if try !sendNow(tokens) { try await sendLater(tokens) }
    }

    @inline(never)
    final func sendNow(_ tokens: TokenChunk) throws(Failure) -> Bool {
        guard method.carriesTokens else {
            throw Failure(.internal, "Something went wrong on our side.", reason: "no_tokens_on_this_method")
        }
        guard mayWrite else { return false }
        try write(tokens)
        return true
    }

    @inline(never)
    private nonisolated(nonsending) final func sendLater(_ tokens: TokenChunk) async throws(Failure) {
        try await withTaskExecutorPreference(connection.loop) { () async throws(Failure) in
            try await self.awaitRoom()
            try self.write(tokens)
        }
    }

    private final func write(_ message: some BinaryMessage) throws(Failure) {
        let size = try connection.writeFrame(FrameHeader(.data, stream: id)) { out throws(Failure) in
            try out.append(message, limits: connection.limits)
        }
        sendWindow.spend(size)
        connection.spend(size)
    }

    private final func write(_ tokens: TokenChunk) throws(Failure) {
        let size = try connection.writeFrame(FrameHeader(.data, stream: id, flags: .tokens)) { out throws(Failure) in
            tokens.write(to: &out)
        }
        sendWindow.spend(size)
        connection.spend(size)
    }
}

extension ByteBuffer {
    /// `writeBytes`, which is compiled elsewhere, with checks of exclusive access, and not inlined.
    @discardableResult
    mutating func append(octets: UnsafeRawBufferPointer) -> Int {
        writeWithUnsafeMutableBytes(minimumWritableBytes: octets.count) { memory in
            memory.copyMemory(from: octets)
            return octets.count
        }
    }

    /// Encodes a message at the end of the buffer.
    mutating func append(_ message: some BinaryMessage, limits: WireLimits) throws(Failure) {
        let size = message.withEncoded { append(octets: $0) }
        guard size <= limits.messageBytes else {
            throw Failure(.resourceExhausted, "The message is too large.", reason: "message_too_large")
        }
    }
}
