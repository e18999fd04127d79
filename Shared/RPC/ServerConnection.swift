// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Loops
import NIOCore
package import Primitives
package import Wire

/// The answering end of a connection.
package final class ServerConnection: Connection, @unchecked Sendable {
    private let methods: CallableMethods
    let observer: (any CallObserver)?
    private var calls = StreamTable<ServerCall>()
    private var lastStream: UInt32 = 0
    private var isDraining = false
    /// Handlers that have not returned. A cancelled call leaves the table at once, its handler when it notices: both
    /// count, else a peer that opens and cancels could start any number.
    private var handlers = 0
    private var requestBytes = 0
    private let leastUsefulTime: Int64
    private var random: SpanRandom
    private var recentPrincipals = RecentPrincipals()
    private var onClose: (@Sendable () -> Void)?

    package init(
        loop: LoopExecutor, limits: WireLimits, peer: PeerName, table: MethodTable, observer: (any CallObserver)?,
        time: any TimeSource, logger: Logger, zone: Zone = .unknown, onClose: (@Sendable () -> Void)? = nil
    ) {
        methods = CallableMethods(table, for: peer)
        leastUsefulTime = limits.leastUsefulTime.nanoseconds
        self.observer = observer
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
            guard let call = try known(header.stream) else { return consumed(Int(header.length)) }
            try call.phase.receiveDataFromCaller()
            try call.arrived(header, buffer)
        case .end:
            guard header.length == 0, header.value == 0, header.flags.isEmpty else {
                throw WireViolation(.reservedBitsSet)
            }
            guard let call = try known(header.stream) else { return }
            try call.phase.receiveEndFromCaller()
            call.finishedByPeer()
        default:
            try known(header.stream)?.cancelled(StatusCode(rawValue: header.value))
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
        // After GOAWAY the caller makes such calls again elsewhere: they were never looked at.
        // Counted even when it is not looked at: what belongs to it may follow before the caller has read our GOAWAY.
        lastStream = header.stream
        guard !isDraining else { return consumed(length) }
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
            return write(
                Failure(.unimplemented, "There is no such method here.", reason: "unknown_method"),
                stream: header.stream)
        }
        let method = entry.method.description
        if let refusal = refusal(header, entry, messageBytes: message.count) {
            return refuse(header, method, metadata, refusal)
        }
        let now = time.now()
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
        // Before its handler starts, because a handler that never waits ends the call before `start` returns.
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
        requestBytes += call.requestBytes
    }

    func handlerEnded(_ call: ServerCall) {
        handlers -= 1
        requestBytes -= call.requestBytes
        closeIfDrained()
    }

    func remove(_ call: ServerCall) {
        calls.remove(call.id)
    }

    // MARK: The end

    /// Takes no new calls; the connection closes when those it has are answered.
    package func drain() {
        guard !isDraining, !isClosed else { return }
        isDraining = true
        writeGoAway(.ok, lastStream: lastStream, text: "draining")
        closeIfDrained()
    }

    private func closeIfDrained() {
        guard isDraining, calls.isEmpty, handlers == 0, !isClosed else { return }
        close(.connectionLost)
    }

    override func handleGoAway(status: StatusCode, lastStream: UInt32) { drain() }

    override func closed(_ failure: Failure) {
        for call in calls.removeAll() { call.connectionLost(failure) }
        onClose?()
        onClose = nil
    }
}
