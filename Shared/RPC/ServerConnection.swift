// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Loops
import NIOCore
package import Primitives
package import Wire

/// The answering end of a connection.
///
/// It takes its leave in two steps (as RFC 9113, section 6.8, advises for HTTP/2): it first says that it is about to,
/// and goes on looking at calls until whatever the caller sent before it heard that has arrived; then it says which
/// call was the last. So no call is refused for a peaceful end.
package final class ServerConnection: Connection, @unchecked Sendable {
    /// How far this end is on its way out.
    private enum Leave {
        case not
        /// The peer has not said hello yet; it is told as soon as it has.
        case asked
        /// The first GOAWAY and our PING are out: calls sent before they arrive are still looked at.
        case announced
        /// The last GOAWAY is out.
        case final
    }
    /// Our PING behind the first GOAWAY; its PONG comes behind every OPEN that the caller sent unwarned.
    private static let farewellPing: UInt64 = 1

    private let methods: CallableMethods
    let observer: (any CallObserver)?
    let workers: CallWorkers
    private var calls = StreamTable<ServerCall>()
    private var lastStream: UInt32 = 0
    private var leave = Leave.not
    private var farewell: Scheduled<Void>?
    /// Handlers that have not returned. A cancelled call leaves the table at once, its handler when it notices: both
    /// count, else a peer that opens and cancels could start any number.
    private var handlers = 0
    /// What this caller's connections have together; nil for a connection that is alone.
    private let room: CallerRoom?
    private var requestBytes = 0
    private let leastUsefulTime: Int64
    private var random: SpanRandom
    private var recentPrincipals = RecentPrincipals()
    private var onClose: (@Sendable () -> Void)?

    package init(
        loop: LoopExecutor, limits: WireLimits, peer: PeerName, table: MethodTable, observer: (any CallObserver)?,
        time: any TimeSource, logger: Logger, zone: Zone = .unknown, room: CallerRoom? = nil,
        onClose: (@Sendable () -> Void)? = nil
    ) {
        methods = CallableMethods(table, for: peer)
        leastUsefulTime = limits.leastUsefulTime.nanoseconds
        self.observer = observer
        workers = .of(loop)
        self.room = room
        self.onClose = onClose
        random = SpanRandom()
        super.init(loop: loop, limits: limits, peer: peer, zone: zone, time: time, logger: logger)
    }

    override func stream(_ id: UInt32) -> CallStream? { calls[id] }
    override var openStreams: [CallStream] { calls.calls }

    // MARK: Frames

    override func handle(_ header: FrameHeader, _ buffer: ByteBuffer) throws(WireViolation) {
        switch header.type {
        case .open:
            try open(header, buffer)
        case .data:
            try count(Int(header.length))
            guard let call = try known(header.stream) else {
                consumed(Int(header.length))
                return try idle()
            }
            try call.phase.receiveDataFromCaller()
            try call.arrived(header, buffer)
        case .end:
            guard header.length == 0, header.value == 0, header.flags.isEmpty else {
                throw WireViolation(.reservedBitsSet)
            }
            guard let call = try known(header.stream) else { return try idle() }
            try call.phase.receiveEndFromCaller()
            call.finishedByPeer()
        default:
            guard let call = try known(header.stream) else { return try idle() }
            call.cancelled(StatusCode(rawValue: header.value))
        }
    }

    /// The call, or nil when it is already over; a call that was never opened breaks the protocol.
    private func known(_ id: UInt32) throws(WireViolation) -> ServerCall? {
        guard id <= lastStream else { throw WireViolation(.streamOutOfOrder) }
        return calls[id]
    }

    private func open(_ header: FrameHeader, _ buffer: ByteBuffer) throws(WireViolation) {
        guard header.stream > lastStream else { throw WireViolation(.streamOutOfOrder) }
        let length = Int(header.length)
        try count(length)
        // Counted even when it is not looked at: what belongs to it may follow before the caller has read our GOAWAY.
        lastStream = header.stream
        // After the last GOAWAY the caller makes such calls again elsewhere: they were never looked at.
        guard leave != .final else {
            expectFrames(afterOpening: header)
            return consumed(length)
        }
        let violation = payload(header, buffer) { bytes -> WireViolation? in
            do throws(WireViolation) {
                try accept(header, bytes)
                return nil
            } catch {
                return error
            }
        }
        if let violation { throw violation }
        consumed(length)
    }

    /// The call of this OPEN is over already: what the caller has sent behind it will be without effect.
    private func expectFrames(afterOpening header: FrameHeader) {
        let isWhole = header.flags.contains(.lastFromCaller)
        expectIdle(isWhole ? 1 : Int(limits.streamCredit) + 2)
    }

    /// A span of our own in the caller's trace, or in a new one.
    private func span(under trace: TraceContext?) -> TraceContext {
        trace?.child(random: &random) ?? TraceContext(random: &random)
    }

    /// Looks at a new call and starts its handler, or answers why not.
    private func accept(_ header: FrameHeader, _ bytes: UnsafeRawBufferPointer) throws(WireViolation) {
        let metadataCount = Int(bytes[0]) | Int(bytes[1]) << 8
        guard 2 + metadataCount <= bytes.count, metadataCount <= limits.metadataBytes else {
            throw WireViolation(.badMetadata)
        }
        let metadata = try MetadataBlock.decode(
            UnsafeRawBufferPointer(rebasing: bytes[2..<2 + metadataCount]), recent: &recentPrincipals)
        let message = UnsafeRawBufferPointer(rebasing: bytes[(2 + metadataCount)...])
        guard let entry = methods[header.method] else {
            expectFrames(afterOpening: header)
            return write(
                Failure(.unimplemented, "There is no such method here.", reason: "unknown_method"),
                stream: header.stream)
        }
        let method = entry.method.description
        if let refusal = refusal(header, entry, messageBytes: message.count) {
            return refuse(header, method, metadata, refusal)
        }
        let now = timeOfArrival()
        let deadline = Self.deadline(header.value, method: method, now: now)
        guard deadline.nanosecondsLeft(at: now) >= leastUsefulTime else {
            return refuse(header, method, metadata, .deadlineExceeded)
        }
        let call = ServerCall(
            server: self, method: method, id: header.stream,
            context: CallContext(
                deadline: deadline, trace: span(under: metadata.trace), requestID: metadata.requestID,
                principal: metadata.principal, metadata: metadata.pairs, peer: peer),
            started: now, parentSpan: metadata.trace?.span ?? 0, requestBytes: message.count,
            callerIsDone: header.flags.contains(.lastFromCaller))
        calls.insert(call, id: header.stream)
        do throws(DecodeFailure) {
            try entry.method.start(call, message)
        } catch {
            calls.remove(header.stream)
            let failure = Failure(
                .invalidArgument, "The request is malformed: \(error).", reason: "undecodable")
            return refuse(header, method, metadata, failure)
        }
        if !deadline.isDistant { watch(deadline) }
    }

    /// Answers a call that is not started.
    private func refuse(
        _ header: FrameHeader, _ method: MethodDescription, _ metadata: CallMetadata, _ failure: Failure
    ) {
        expectFrames(afterOpening: header)
        write(failure, stream: header.stream)
        guard let observer else { return }
        let now = time.now()
        observer.callEnded(
            CallRecord(
                side: .server, method: method, peer: peer, status: failure.code, started: now, ended: now,
                trace: span(under: metadata.trace), parentSpan: metadata.trace?.span ?? 0,
                requestID: metadata.requestID))
    }

    /// What speaks against a call before its message is looked at.
    private func refusal(_ header: FrameHeader, _ entry: CallableMethods.Entry, messageBytes: Int) -> Failure? {
        let method = entry.method.description
        guard entry.isAllowed else {
            logger.notice(
                "caller is not on the method's list", metadata: ["method": "\(method.name)", "peer": "\(peer)"])
            return Failure(.permissionDenied, "This caller may not call this method.", reason: "caller_not_allowed")
        }
        let hasMessage = method.kind != .bidirectional
        guard header.flags.contains(.message) == hasMessage,
            !hasMessage || header.flags.contains(.lastFromCaller), hasMessage || messageBytes == 0
        else {
            return Failure(.invalidArgument, "The call has the wrong shape for its method.", reason: "wrong_shape")
        }
        guard messageBytes <= limits.messageBytes else {
            return Failure(.resourceExhausted, "The request is too large.", reason: "message_too_large")
        }
        guard handlers < Int(limits.concurrentCalls), requestBytes + messageBytes <= limits.requestBytesInFlight else {
            return Failure(
                .resourceExhausted, "Too many calls are open on this connection.", reason: "too_many_calls",
                retry: .now)
        }
        if let room, !room.hasRoom() {
            return Failure(
                .resourceExhausted, "Too many calls of this caller are open.", reason: "caller_limit", retry: .now)
        }
        return nil
    }

    private static func deadline(_ value: UInt32, method: MethodDescription, now: MonotonicInstant) -> Deadline {
        let caller: Deadline =
            value == UInt32.max ? .distantFuture : .after(nanoseconds: Int64(value) * 1_000_000, from: now)
        guard let own = method.deadlineNanoseconds else { return caller }
        return min(caller, .after(nanoseconds: own, from: now))
    }

    func write(_ failure: Failure, stream: UInt32) {
        let bytes = FailurePayload.encode(failure)
        writeFrame(
            FrameHeader(.end, stream: stream, length: UInt32(bytes.count), value: failure.code.rawValue),
            ByteBuffer(bytes: bytes))
    }

    // MARK: Calls

    func handlerStarted(_ call: ServerCall) {
        handlers += 1
        room?.handlerStarted()
        requestBytes += call.requestBytes
    }

    func handlerEnded(_ call: ServerCall) {
        handlers -= 1
        room?.handlerEnded()
        requestBytes -= call.requestBytes
        closeIfDrained()
    }

    func remove(_ call: ServerCall) {
        calls.remove(call.id)
    }

    // MARK: The end

    /// Takes no new calls as soon as the caller makes none; the connection closes when those it has are answered.
    package func drain() {
        guard leave == .not, !isClosed else { return }
        leave = .asked
        if peerPreface != nil { announce() }
    }

    override func becameReady() {
        if leave == .asked { announce() }
    }

    /// The first step: a last stream above all others, so that nothing is refused yet.
    private func announce() {
        leave = .announced
        writeGoAway(.ok, lastStream: .max, text: "draining")
        writePing(Self.farewellPing)
        farewell = loop.eventLoop.scheduleTask(in: .nanoseconds(limits.farewell.nanoseconds)) {
            self.sayLastStream()
            self.loop.runBatch()
        }
    }

    override func handlePong(_ payload: UInt64) throws(WireViolation) {
        guard leave == .announced, payload == Self.farewellPing else { return try idle() }
        sayLastStream()
    }

    /// The second step.
    private func sayLastStream() {
        guard leave != .final, !isClosed else { return }
        leave = .final
        farewell?.cancel()
        farewell = nil
        writeGoAway(.ok, lastStream: lastStream, text: "drained")
        closeIfDrained()
    }

    private func closeIfDrained() {
        guard leave == .final, calls.isEmpty, handlers == 0, !isClosed else { return }
        close(.connectionLost)
    }

    /// The caller goes: behind this it has sent no calls that it means.
    override func handleGoAway(status: StatusCode, lastStream: UInt32) { sayLastStream() }

    override func closed(_ failure: Failure) {
        farewell?.cancel()
        farewell = nil
        for call in calls.removeAll() { call.connectionLost(failure) }
        onClose?()
        onClose = nil
    }
}
