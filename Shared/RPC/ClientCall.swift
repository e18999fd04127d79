// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Primitives
import Wire

/// A call being made.
final class ClientCall: CallStream, @unchecked Sendable {
    let client: ClientConnection
    /// The answer of a unary call, once it is there.
    private(set) var answer: ByteBuffer?
    /// The connection was lost, or said it would not look at this call: nobody has answered.
    private(set) var isUnanswered = false
    /// The peer has certainly not looked at the call, so that even a method with effects may be called again.
    private(set) var isUntouched = true
    /// It was made twice, so it is not made a third time.
    var wasHedged = false
    private var isLeft = false
    /// What had arrived on the connection when the call was opened.
    private var arrivalsBefore: UInt64 = 0
    private(set) var status: StatusCode?
    /// Its reader has no cancellation handler.
    var waitsBriefly = false

    init(client: ClientConnection, method: MethodDescription, deadline: Deadline) {
        self.client = client
        super.init(connection: client, method: method, deadline: deadline, id: 0, callerIsDone: false)
    }

    /// The OPEN frame is written.
    func opened(id: UInt32, isLast: Bool) {
        self.id = id
        isUntouched = false
        arrivalsBefore = client.arrivals
        if isLast { _ = phase.finishCaller() }
    }

    // MARK: Frames

    /// END has come.
    ///
    /// A payload that is no failure ends the connection, which tells its calls: so the call stays one of them until the
    /// payload is read.
    func ended(_ header: FrameHeader, _ buffer: ByteBuffer) throws(WireViolation) {
        let code = StatusCode(rawValue: header.value)
        var failure: Failure?
        if code != .ok {
            let result = client.payload(header, buffer) { bytes in
                Result { () throws(WireViolation) in try FailurePayload.decode(bytes, code: code) }
            }
            failure = try result.get()
        }
        client.remove(self)
        _ = phase.close()
        status = code
        client.endpoint?.answered(code, failure)
        if let failure { return failedByPeer(failure) }
        if header.flags.contains(.message) {
            answer = buffer.getSlice(at: buffer.readerIndex, length: Int(header.length))
        }
        finishedByPeer()
        // Whoever waits to send has waited in vain, and no credit will come any more.
        wakeWriters()
    }

    // MARK: Unary

    /// Waits for the answer of a unary call. Call on the loop.
    nonisolated(nonsending) func awaitAnswer() async throws(Failure) -> ByteBuffer {
        while true {
            if let answer { return answer }
            // A streamed element is no answer to a unary call, and what is not read must not hold credit.
            while hasArrivals { _ = try await next() }
            if let failure { throw failure }
            if remoteIsDone { throw .undecodable("no message in the answer") }
            await awaitNews()
            if answer == nil, Task.isCancelled { throw failure ?? .cancelled }
        }
    }

    /// Whoever waits for the answer should put up a cancellation handler now.
    func endBriefWait() {
        guard waitsBriefly else { return }
        waitsBriefly = false
        wakeReader()
    }

    /// The answer of a unary call if it is there, without waiting; nil while there is none.
    func poll() throws(Failure) -> ByteBuffer? {
        if let answer { return answer }
        discardInbox()
        if let failure { throw failure }
        if remoteIsDone { throw .undecodable("no message in the answer") }
        return nil
    }

    // MARK: Ends

    func finishSending() {
        guard id != 0, phase.finishCaller() else { return }
        client.writeFrame(FrameHeader(.end, stream: id))
    }

    /// The caller has gone: tells the peer, if it is still at work.
    func leave(_ status: StatusCode = .cancelled) {
        guard !isLeft else { return }
        isLeft = true
        listener = nil
        stop(status)
        discardInbox()
    }

    private func stop(_ status: StatusCode) {
        guard phase.close() else { return }
        if self.status == nil { self.status = status }
        guard id != 0 else { return }
        client.expectIdle(mostFramesOnTheWay)
        client.remove(self)
        client.writeFrame(FrameHeader(.cancel, stream: id, value: status.rawValue))
    }

    override func deadlinePassed() {
        if id != 0, !phase.isClosed, let endpoint = client.endpoint {
            // What was said of other calls shows that the peer lives, if not that it is quick.
            if client.arrivals == arrivalsBefore {
                endpoint.fellSilent()
            } else if method.kind == .unary {
                endpoint.wasSlow()
            }
        }
        stop(.deadlineExceeded)
        abort(.deadlineExceeded)
    }

    /// GOAWAY has said that this call was not looked at.
    func refusedUntouched() {
        isUntouched = true
        connectionLost(.connectionLost)
    }

    override func connectionLost(_ failure: Failure) {
        isUnanswered = true
        _ = phase.close()
        if status == nil { status = failure.code }
        failedByPeer(failure)
    }
}
