// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Loops
import NIOCore
package import Primitives
package import Wire

/// The answering end of a connection.
package final class ServerConnection: Connection, @unchecked Sendable {
    private let methods: [UInt16: ServedMethod]
    let observer: (any CallObserver)?
    private var calls = StreamTable<ServerCall>()
    private var lastStream: UInt32 = 0
    private var isDraining = false
    /// Handlers that have not returned. A cancelled call leaves the table at once, its handler when it notices: both
    /// count, else a peer that opens and cancels could start any number.
    private var handlers = 0
    private var requestBytes = 0
    private var random: SpanRandom
    private var recentPrincipals = RecentPrincipals()
    private var onClose: (@Sendable () -> Void)?

    package init(
        loop: LoopExecutor, limits: WireLimits, peer: PeerName, table: MethodTable, observer: (any CallObserver)?,
        time: any TimeSource, logger: Logger, onClose: (@Sendable () -> Void)? = nil
    ) {
        methods = table.methods
        self.observer = observer
        self.onClose = onClose
        random = SpanRandom()
        super.init(loop: loop, limits: limits, peer: peer, time: time, logger: logger)
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
        guard !isDraining else { return consumed(length) }
        lastStream = header.stream
        let result = payload(header, buffer) { bytes in
            Result { () throws(WireViolation) in try accept(header, bytes) }
        }
        consumed(length)
        guard let refusal = try result.get() else { return }
        write(refusal.failure, stream: header.stream)
        guard let method = refusal.method, let observer else { return }
        let now = time.now()
        let trace = refusal.metadata.trace
        observer.callEnded(
            CallRecord(
                side: .server, method: method, peer: peer, status: refusal.failure.code, started: now, ended: now,
                trace: span(under: trace), parentSpan: trace?.span ?? 0, requestID: refusal.metadata.requestID))
    }

    /// Why a call was not started, and what is known of it.
    private struct Refusal {
        var failure: Failure
        var method: MethodDescription?
        var metadata: CallMetadata
    }

    /// A span of our own in the caller's trace, or in a new one.
    private func span(under trace: TraceContext?) -> TraceContext {
        trace?.child(random: &random) ?? TraceContext(random: &random)
    }

    /// Looks at a new call and starts its handler.
    /// - Returns: Why not, if not.
    private func accept(_ header: FrameHeader, _ bytes: UnsafeRawBufferPointer) throws(WireViolation) -> Refusal? {
        let metadataCount = Int(bytes[0]) | Int(bytes[1]) << 8
        guard 2 + metadataCount <= bytes.count, metadataCount <= limits.metadataBytes else {
            throw WireViolation(.badMetadata)
        }
        let metadata = try MetadataBlock.decode(
            UnsafeRawBufferPointer(rebasing: bytes[2..<2 + metadataCount]), recent: &recentPrincipals)
        let message = UnsafeRawBufferPointer(rebasing: bytes[(2 + metadataCount)...])
        guard let served = methods[header.method] else {
            return Refusal(
                failure: Failure(.unimplemented, "There is no such method here.", reason: "unknown_method"),
                metadata: metadata)
        }
        let method = served.description
        if let refusal = refusal(header, method: method, messageBytes: message.count) {
            return Refusal(failure: refusal, method: method, metadata: metadata)
        }
        let now = time.now()
        let deadline = Self.deadline(header.value, method: method, now: now)
        guard deadline.remaining(at: now) >= limits.leastUsefulTime else {
            return Refusal(failure: .deadlineExceeded, method: method, metadata: metadata)
        }
        let call = ServerCall(
            server: self, method: method, id: header.stream,
            context: CallContext(
                deadline: deadline, trace: span(under: metadata.trace), requestID: metadata.requestID,
                principal: metadata.principal, metadata: metadata.pairs, peer: peer),
            started: now, parentSpan: metadata.trace?.span ?? 0, requestBytes: message.count,
            callerIsDone: header.flags.contains(.lastFromCaller))
        do throws(DecodeFailure) {
            try served.start(call, message)
        } catch {
            let failure = Failure(
                .invalidArgument, "The request is malformed: \(error).", reason: "undecodable")
            return Refusal(failure: failure, method: method, metadata: metadata)
        }
        calls.insert(call, id: header.stream)
        if !deadline.isDistant { watch(deadline) }
        return nil
    }

    /// What speaks against a call before its message is looked at.
    private func refusal(_ header: FrameHeader, method: MethodDescription, messageBytes: Int) -> Failure? {
        guard method.callers.contains(peer) else {
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
        let caller: Deadline = value == UInt32.max ? .distantFuture : .after(.milliseconds(Int64(value)), from: now)
        guard let own = method.deadline else { return caller }
        return min(caller, .after(own, from: now))
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
