// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Logging
package import Loops
package import NIOCore
package import Primitives
package import Wire

/// Where a connection's bytes go. A socket under TLS, or the peer's ear in the same process.
package protocol ByteTransport: AnyObject {
    /// Sends `bytes`, all of them, in order. Called on the loop.
    func write(_ bytes: ByteBuffer)
    /// Ends the connection once everything written has left.
    func close()
}

/// What both ends of a connection have in common: bytes to frames, frames to bytes, credit, deadlines, keepalive.
///
/// Knows no sockets: bytes come in by `receive` and leave by a `ByteTransport`. Frames written during a batch leave
/// together at its end, so that they share one TLS record and one system call.
///
/// `@unchecked Sendable`: confined to its loop. Every method is called there; other threads reach it through
/// `loop.execute` only.
package class Connection: BatchFlushing, @unchecked Sendable {
    package let loop: LoopExecutor
    package let limits: WireLimits
    package let peer: PeerName
    let time: any TimeSource
    let logger: Logger
    private let zone: Zone
    private var transport: (any ByteTransport)?

    /// Frames of this batch. Handed over whole, never touched again, so that nothing is copied.
    var outbound = ByteBuffer()
    /// Room made for a batch when its first frame is written. An idle connection holds none.
    private var usualBatch = Connection.leastBatch
    private static let leastBatch = 512
    private static let mostBatch = 64 << 10
    private var inbound = ByteBuffer()
    private var isFlushScheduled = false
    private var isWritable = true
    package private(set) var isClosed = false

    /// What the peer said of itself; nil until it has, and until then no call is made.
    package private(set) var peerPreface: Preface?
    private(set) var sendWindow = SendWindow(initial: 0)
    private(set) var receiveWindow: ReceiveWindow
    /// Octets that wait for readers of calls and were granted to the connection nevertheless.
    private var parked = 0
    /// Calls whose writers wait for credit or room on this connection, first come first woken.
    var waiting = Deque<CallStream>()

    var deadlineTimer: Scheduled<Void>?
    var nextDeadline = MonotonicInstant(nanoseconds: .max)
    private var keepalive: Scheduled<Void>?
    private var hasReceived = false
    /// Goes up with whatever arrives: who sees it stand still has heard nothing.
    final private(set) var arrivals: UInt64 = 0
    /// See `timeOfArrival`.
    private var arrivalTime: MonotonicInstant?
    private var pingsReceived = 0
    var idleFrames: IdleFrames

    /// Writers woken at a time. The others follow after the next flush, when it is known whether room is left.
    private static let wokenAtOnce = 32

    init(loop: LoopExecutor, limits: WireLimits, peer: PeerName, zone: Zone, time: any TimeSource, logger: Logger) {
        self.loop = loop
        self.limits = limits
        self.peer = peer
        self.time = time
        self.logger = logger
        self.zone = zone
        receiveWindow = ReceiveWindow(size: limits.connectionCredit)
        idleFrames = IdleFrames(perInterval: limits.idleFramesPerInterval)
    }

    /// Says hello. `keepsAlive`: ask a silent peer whether it is there, as sockets need and memory does not.
    package func start(_ transport: any ByteTransport, keepsAlive: Bool) {
        self.transport = transport
        outbound.writeBytes(Preface(limits: limits, zone: zone).bytes)
        scheduleFlush()
        // The preface must come as soon as the handshake must; after that silence is allowed for longer.
        if keepsAlive { watchForSilence(after: limits.handshakeTimeout) }
    }

    // MARK: What the two ends do differently

    /// The peer's preface has come: calls may begin.
    func becameReady() {}
    /// One whole frame of a call: `buffer` starts with its payload.
    func handle(_ header: FrameHeader, _ buffer: ByteBuffer) throws(WireViolation) {}
    func handleGoAway(status: StatusCode, lastStream: UInt32) {}
    func handlePong(_ payload: UInt64) throws(WireViolation) { try idle() }
    func stream(_ id: UInt32) -> CallStream? { nil }
    var openStreams: [CallStream] { [] }
    /// The connection is gone; `failure` says why to whoever still waits.
    func closed(_ failure: Failure) {}

    // MARK: Bytes in

    package func receive(_ bytes: ByteBuffer) {
        guard !isClosed else { return }
        hasReceived = true
        arrivals &+= 1
        arrivalTime = nil
        var buffer: ByteBuffer
        if inbound.readableBytes == 0 {
            buffer = bytes
        } else {
            inbound.writeImmutableBuffer(bytes)
            buffer = inbound
            inbound = ByteBuffer()
        }
        let before = buffer.readerIndex
        do throws(WireViolation) {
            try parse(&buffer)
        } catch {
            end(by: error)
            return
        }
        guard buffer.readableBytes > 0, !isClosed else { return }
        // What is left of a frame moves to a buffer of its own when slices of the old one may be in use: appending to
        // a shared buffer would copy all of it for every read.
        inbound = buffer.readerIndex == before ? buffer : ByteBuffer(bytes: buffer.readableBytesView)
    }

    /// One reading of the clock for all that a read has brought.
    final func timeOfArrival() -> MonotonicInstant {
        if let arrivalTime { return arrivalTime }
        let now = time.now()
        arrivalTime = now
        return now
    }

    private func parse(_ buffer: inout ByteBuffer) throws(WireViolation) {
        if peerPreface == nil {
            let read = buffer.withUnsafeReadableBytes { bytes in
                Result { () throws(WireViolation) in try Preface.read(bytes) }
            }
            guard let (preface, size) = try read.get() else { return }
            buffer.moveReaderIndex(forwardBy: size)
            peerPreface = preface
            sendWindow = SendWindow(initial: preface.connectionCredit)
            becameReady()
        }
        while buffer.readableBytes >= FrameHeader.size, !isClosed {
            let header = buffer.withUnsafeReadableBytes { bytes in
                bytes.baseAddress.map { FrameHeader(reading: $0) }
            }
            guard let header else { return }
            try header.check(limits: limits)
            let length = Int(header.length)
            guard buffer.readableBytes >= FrameHeader.size + length else { return }
            buffer.moveReaderIndex(forwardBy: FrameHeader.size)
            try dispatch(header, buffer)
            buffer.moveReaderIndex(forwardBy: length)
        }
    }

    private func dispatch(_ header: FrameHeader, _ buffer: ByteBuffer) throws(WireViolation) {
        switch header.type {
        case .open, .data, .end, .cancel:
            try handle(header, buffer)
        case .credit where header.stream == 0:
            try sendWindow.grant(header.value)
            wakeWaiting()
        case .credit:
            // A stream that is over may still get credit that was on its way.
            guard let stream = stream(header.stream) else { return try idle() }
            try stream.creditArrived(header.value)
        case .ping:
            pingsReceived += 1
            guard pingsReceived <= limits.pingsPerInterval else { throw WireViolation(.tooManyPings) }
            writeFrame(FrameHeader(.pong, length: 8), buffer.getSlice(at: buffer.readerIndex, length: 8))
        case .pong:
            try handlePong(buffer.getInteger(at: buffer.readerIndex) ?? 0)
        case .goAway:
            try idle()  // One or two are what a connection needs.
            let last = payload(header, buffer) { bytes in
                Result { () throws(WireViolation) in try GoAwayPayload.lastStream(bytes) }
            }
            handleGoAway(status: StatusCode(rawValue: header.value), lastStream: try last.get())
        default:
            try idle()  // Unknown and ignorable: `check` let it pass, so it is skipped.
        }
    }

    /// The payload's octets, valid during `body`.
    final func payload<R>(
        _ header: FrameHeader, _ buffer: ByteBuffer, _ body: (UnsafeRawBufferPointer) -> R
    ) -> R {
        buffer.withUnsafeReadableBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<Int(header.length)])) }
    }

    // MARK: Bytes out

    /// Writes a header and, when given, its payload.
    final func writeFrame(_ header: FrameHeader, _ payload: ByteBuffer? = nil) {
        guard !isClosed else { return }
        makeRoom()
        outbound.writeWithUnsafeMutableBytes(minimumWritableBytes: FrameHeader.size) { bytes in
            if let base = bytes.baseAddress { header.write(to: base) }
            return FrameHeader.size
        }
        if let payload { outbound.writeImmutableBuffer(payload) }
        scheduleFlush()
    }

    /// Writes a frame whose payload `body` appends; its length is filled in afterwards.
    /// - Returns: The payload's length.
    /// - Throws: When the payload is longer than the peer accepts. Nothing has been written then.
    @discardableResult
    final func writeFrame(
        _ header: FrameHeader, payload body: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        makeRoom()
        let start = outbound.writerIndex
        outbound.writeWithUnsafeMutableBytes(minimumWritableBytes: FrameHeader.size) { _ in FrameHeader.size }
        do throws(Failure) {
            try body(&outbound)
        } catch {
            outbound.moveWriterIndex(to: start)
            throw error
        }
        let length = outbound.writerIndex - start - FrameHeader.size
        guard length <= Int(peerPreface?.frameBytes ?? limits.frameBytes) else {
            outbound.moveWriterIndex(to: start)
            throw Failure(
                .resourceExhausted, "The message is larger than its receiver accepts.", reason: "message_too_large")
        }
        var header = header
        header.length = UInt32(length)
        // The reader index of `outbound` is always 0, so `start` counts from the first readable octet.
        outbound.withUnsafeMutableReadableBytes { [header] bytes in
            if let base = bytes.baseAddress { header.write(to: base + start) }
        }
        scheduleFlush()
        return length
    }

    private final func makeRoom() {
        if outbound.writerIndex == 0 { outbound.reserveCapacity(usualBatch) }
    }

    private final func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        loop.flushAfterBatch(self)
    }

    package final func flushBatch() {
        isFlushScheduled = false
        flush()
        if hasRoom { wakeWaiting() }
    }

    private final func flush() {
        guard outbound.readableBytes > 0, let transport else { return }
        guard isWritable else {
            // Frames that credit does not cover (refusals, CREDIT, PONG) pile up for a peer that does not read.
            if outbound.readableBytes > limits.queuedBytes + 2 * Int(limits.frameBytes) { drop("does not read") }
            return
        }
        let bytes = outbound
        // The next batch will likely be as large as this one: room for it at once spares growing step by step.
        usualBatch = min(max(Self.leastBatch, bytes.readableBytes), Self.mostBatch)
        outbound = ByteBuffer()
        transport.write(bytes)
    }

    /// The transport's buffers are full, or no longer.
    package final func writabilityChanged(_ writable: Bool) {
        isWritable = writable
        guard writable else { return }
        scheduleFlush()
    }

    // MARK: Room and credit

    /// Whether a payload may be written now.
    final var hasRoom: Bool {
        sendWindow.isOpen && isWritable && outbound.readableBytes < limits.queuedBytes
    }

    final func spend(_ bytes: Int) { sendWindow.spend(bytes) }

    /// Counts an arriving payload against what we have granted.
    final func count(_ bytes: Int) throws(WireViolation) { try receiveWindow.receive(bytes) }

    /// The application has taken a payload that was counted, or several by the sum of their costs.
    final func consumed(_ bytes: Int) {
        let grant = receiveWindow.consume(CreditWindows.cost(bytes))
        if grant > 0 { writeFrame(FrameHeader(.credit, value: grant)) }
    }

    /// Grants the connection what waits for a call's reader, as far as we are ready to hold it.
    /// - Returns: Whether it did; the reader then gives the room back by `unpark`.
    final func park(_ cost: Int) -> Bool {
        guard parked + cost <= limits.parkedBytes else { return false }
        parked += cost
        consumed(cost)
        return true
    }

    final func unpark(_ cost: Int) { parked -= cost }

    final func wait(_ stream: CallStream) {
        // Once, however often it looks in vain: a peer that grants it credit octet by octet makes it look each time.
        guard !stream.isInLine else { return }
        stream.isInLine = true
        waiting.append(stream)
        // A call that is not open yet has nobody else who looks when its deadline passes.
        if !stream.deadline.isDistant { watch(stream.deadline) }
    }

    private final func wakeWaiting() {
        guard !waiting.isEmpty, hasRoom else { return }
        var woken = 0
        while woken < Self.wokenAtOnce, let next = waiting.popFirst() {
            next.isInLine = false
            next.wakeWriters()
            woken += 1
        }
        scheduleFlush()
    }

    // MARK: Keepalive and the end

    private final func watchForSilence(after duration: Duration) {
        hasReceived = false
        keepalive = loop.eventLoop.scheduleTask(in: .nanoseconds(duration.nanoseconds)) {
            self.pingsReceived = 0
            self.idleFrames.beginInterval()
            if self.hasReceived { return self.watchForSilence(after: self.limits.pingInterval) }
            guard self.peerPreface != nil else { return self.drop("said nothing") }
            self.writePing(0)
            self.hasReceived = false
            self.keepalive = self.loop.eventLoop.scheduleTask(
                in: .nanoseconds(self.limits.pingTimeout.nanoseconds)
            ) {
                if self.hasReceived { return self.watchForSilence(after: self.limits.pingInterval) }
                self.drop("does not answer")
            }
        }
    }

    /// Tells the peer that no new call will be looked at.
    final func writeGoAway(_ status: StatusCode, lastStream: UInt32, text: String) {
        let bytes = GoAwayPayload.encode(lastStream: lastStream, text: text)
        writeFrame(
            FrameHeader(.goAway, length: UInt32(bytes.count), value: status.rawValue), ByteBuffer(bytes: bytes))
    }

    private final func end(by violation: WireViolation) {
        logger.warning("peer broke the protocol", metadata: ["peer": "\(peer)", "violation": "\(violation)"])
        writeGoAway(violation.status, lastStream: 0, text: violation.description)
        close(Failure(.unavailable, "The connection was lost.", reason: "protocol", detail: violation.description))
    }

    private final func drop(_ why: String) {
        logger.notice("connection given up", metadata: ["peer": "\(peer)", "why": "\(why)"])
        outbound.clear()
        close(Failure(.unavailable, "The connection was lost.", reason: "connection_lost", detail: why))
    }

    /// Ends the connection from our side, after what is written.
    package final func close(_ failure: Failure) {
        guard !isClosed else { return }
        isWritable = true
        flush()
        let transport = transport
        transportClosed(failure)
        transport?.close()
    }

    /// The transport is gone, whoever ended it.
    package final func transportClosed(_ failure: Failure = .connectionLost) {
        guard !isClosed else { return }
        isClosed = true
        transport = nil
        deadlineTimer?.cancel()
        keepalive?.cancel()
        inbound = ByteBuffer()
        outbound = ByteBuffer()
        let waited = waiting
        waiting.removeAll()
        for stream in waited { stream.connectionLost(failure) }
        closed(failure)
    }
}

extension Failure {
    package static let connectionLost = Failure(
        .unavailable, "The connection was lost.", reason: "connection_lost", retry: .now)
}
