// SPDX-License-Identifier: Apache-2.0

import Logging
import Loops
import Metrics
import NIOCore
import Primitives
import Wire

/// A call being answered: its handler's task, and the frames it turns into.
final class ServerCall: CallStream, @unchecked Sendable {
    let context: CallContext
    private let server: ServerConnection
    private let started: MonotonicInstant
    private let parentSpan: UInt64
    /// Octets of the request, counted against the connection's bound until the handler ends.
    let requestBytes: Int
    /// What runs the handler, from its begin to its end.
    private var worker: CallWorker?
    /// Nobody wants the answer any more, perhaps since before the handler began.
    private var isStopped = false
    /// The caller did not leave: its connection did. Set before the handler is told, on the connection's loop.
    private(set) var isCallerLost = false

    /// Errors that no service translated into a Failure. Should stay zero.
    private static let untranslated = Counter(label: "parley_rpc_untranslated_errors_total")

    init(
        server: ServerConnection, method: MethodDescription, id: UInt32, context: CallContext,
        started: MonotonicInstant, parentSpan: UInt64, requestBytes: Int, callerIsDone: Bool
    ) {
        self.server = server
        self.context = context
        self.started = started
        self.parentSpan = parentSpan
        self.requestBytes = requestBytes
        super.init(
            connection: server, method: method, deadline: context.deadline, id: id, callerIsDone: callerIsDone)
        remoteIsDone = callerIsDone
    }

    /// Has the handler run on the connection's loop, in the batch that the call has come with.
    func run(_ body: @escaping CallBody) {
        server.handlerStarted(self)
        server.workers.run(self, body)
    }

    /// The handler's turn has come.
    /// - Returns: Whether it is still wanted.
    func begins(on worker: CallWorker) -> Bool {
        // Those before it may have taken long, and nobody waits for an answer that comes too late.
        if !isStopped, deadline.hasPassed(at: connection.time.now()) { deadlinePassed() }
        if isStopped {
            server.handlerEnded(self)
            return false
        }
        self.worker = worker
        return true
    }

    /// The handler has returned, or thrown.
    func handled() {
        worker = nil
        server.handlerEnded(self)
    }

    // MARK: Ends

    /// Sends the answer of a unary call, if there is room for it, as nearly always. Call on the loop.
    func replyNow(_ message: some BinaryMessage) throws(Failure) -> Bool {
        guard hasRoom else { return false }
        try write(reply: message)
        return true
    }

    /// Sends the answer when there is room. Call on the loop.
    nonisolated(nonsending) func reply(_ message: some BinaryMessage) async throws(Failure) {
        try await awaitRoom()
        try write(reply: message)
    }

    private func write(reply message: some BinaryMessage) throws(Failure) {
        guard !phase.isClosed else { return }
        let header = FrameHeader(.end, stream: id, flags: .message)
        let size = try server.writeFrame(header) { out throws(Failure) in
            try out.append(message, limits: server.limits)
        }
        server.spend(size)
        server.expectIdle(1)  // A CANCEL may cross the answer.
        close(.ok)
    }

    /// The handler of a stream has returned.
    func finish() {
        server.loop.execute { self.end(nil) }
    }

    /// The handler has thrown.
    func fail(_ error: any Error) {
        let failure = Failure.untranslated(error)
        if failure.code == .internal, !(error is Failure) {
            Self.untranslated.increment()
            server.logger.error(
                "handler threw an error that is no Failure",
                metadata: [
                    "method": "\(method.name)", "request_id": "\(context.requestID)",
                    "trace_id": "\(context.trace.traceID)", "error": "\(String(reflecting: error))",
                ])
        }
        server.loop.execute { self.end(failure) }
    }

    /// Ends the call towards the caller, once; later ends are without effect.
    func end(_ failure: Failure?) {
        guard !phase.isClosed else { return }
        // Whatever the caller still sends, and a CANCEL.
        server.expectIdle(mostFramesOnTheWay + 1)
        guard let failure, failure.code != .ok else {
            server.writeFrame(FrameHeader(.end, stream: id))
            return close(.ok)
        }
        server.write(failure, stream: id)
        close(failure.code)
    }

    private func close(_ status: StatusCode) {
        guard phase.close() else { return }
        server.remove(self)
        discardInbox()
        guard let observer = server.observer else { return }
        observer.callEnded(
            CallRecord(
                side: .server, method: method, peer: server.peer, status: status, started: started,
                ended: connection.time.now(), trace: context.trace, parentSpan: parentSpan,
                requestID: context.requestID))
    }

    // MARK: Cut short

    override func deadlinePassed() {
        end(.deadlineExceeded)
        stop(.deadlineExceeded)
    }

    /// CANCEL has come, or the connection is gone: nobody waits for the answer.
    func cancelled(_ status: StatusCode) {
        close(status)
        stop(status == .deadlineExceeded ? .deadlineExceeded : .cancelled)
    }

    override func connectionLost(_ failure: Failure) {
        isCallerLost = true
        cancelled(.cancelled)
    }

    private func stop(_ failure: Failure) {
        abort(failure)
        isStopped = true
        worker?.cancel()
    }
}
