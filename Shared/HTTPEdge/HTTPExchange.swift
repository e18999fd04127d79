// SPDX-License-Identifier: Apache-2.0

import Loops
import NIOCore
import NIOHTTP1
import Primitives

/// One request and its answer, from the head's arrival to the last byte written.
///
/// The answer's state moves only forward: waiting, head held back, streaming, ended. A head is held back until the
/// first chunk so that both leave together.
///
/// `@unchecked Sendable`: everything mutable is touched on the connection's loop only. The handler's Task is pinned
/// to that loop, and what a handler may call from elsewhere (`BodyWriter.write`, the request's body) goes there first.
final class HTTPExchange: @unchecked Sendable {
    enum Answer {
        case waiting
        case headHeld(HTTPResponse)
        case streaming(BodyFraming)
        case ended
    }

    let loop: LoopExecutor
    let request: HTTPRequest
    let body: RequestBody
    let isVersion10: Bool
    let expectsContinue: Bool
    let started: MonotonicInstant
    /// nil once the client is gone or the exchange is over.
    private var connection: HTTPConnection?
    private var task: Task<Void, Never>?
    private var waiters: [CheckedContinuation<Void, Never>] = []
    var answer: Answer = .waiting
    var route: String?
    var status: HTTPResponseStatus = .ok
    var responseBytes = 0
    /// Whether the connection may serve another request after this one.
    var keepsAlive: Bool
    var hasContinued = false

    init(_ head: HTTPRequestHead, connection: HTTPConnection, body: RequestBody, started: MonotonicInstant) {
        loop = connection.loop
        self.connection = connection
        self.body = body
        self.started = started
        request = HTTPRequest(head: head, remote: connection.remote, bytes: body)
        isVersion10 = head.version.minor == 0
        expectsContinue = head.headers.first(name: "expect")?.lowercased() == "100-continue"
        // After an upgrade's head the decoder reads no further request, and we offer no upgrade.
        let offersUpgrade = head.headers.contains(name: "upgrade") || head.method == .CONNECT
        keepsAlive = head.isKeepAlive && !offersUpgrade
    }

    var isAnswered: Bool { if case .ended = answer { true } else { false } }

    // MARK: Running the handler

    func run(_ handler: @escaping HTTPHandler, _ parameters: PathParameters) {
        // The connection holds the task and cancels it when the client is gone; the server waits for the connection.
        task = Task(executorPreference: loop) {  // House: loose task, because a channel handler is in no task.
            await self.serve(handler, parameters)
        }
    }

    private func serve(_ handler: HTTPHandler, _ parameters: PathParameters) async {
        var response: HTTPResponse
        do {
            response = try await handler(request, parameters)
        } catch {
            response = failed(error)
        }
        if case .stream(let produce) = response.body, request.method != .HEAD {
            startStream(response, produce)
        } else {
            connection?.answer(self, whole: response)
        }
    }

    private func failed(_ error: any Error) -> HTTPResponse {
        connection?.failureAnswer(error, request) ?? .plain(error, request)
    }

    /// A stream has a task of its own. What the handler needed of memory on its way here goes with the handler's task;
    /// in one task it would stay as long as the stream, and thousands of streams wait at once.
    private func startStream(
        _ response: HTTPResponse, _ produce: @escaping @Sendable (BodyWriter) async throws -> Void
    ) {
        answer = .headHeld(response)
        let streaming = Task(executorPreference: loop) {  // House: loose task, because it takes the handler's place.
            await self.stream(produce)
        }
        if connection == nil { streaming.cancel() }
        task = streaming
    }

    private func stream(_ produce: (BodyWriter) async throws -> Void) async {
        do {
            try await produce(BodyWriter(exchange: self))
            connection?.finish(self)
        } catch {
            if case .headHeld = answer {
                answer = .waiting
                connection?.answer(self, whole: failed(error))
            } else {
                connection?.abort(self)
            }
        }
    }

    // MARK: Writing

    func write(_ chunk: ByteBuffer) async throws(HTTPFailure) {
        if try writeNow(chunk) { return }
        await untilWritable()
        if connection == nil { throw .clientGone }
    }

    /// Returns whether the connection takes more.
    private func writeNow(_ chunk: ByteBuffer) throws(HTTPFailure) -> Bool {
        guard let connection, !isAnswered else { throw .clientGone }
        connection.write(chunk, of: self)
        return connection.isWritable
    }

    @inline(never)
    private func untilWritable() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled || connection?.isWritable ?? true {
                    continuation.resume()
                } else {
                    waiters.append(continuation)
                }
            }
        } onCancel: {
            loop.execute { self.wakeWriters() }
        }
    }

    func wakeWriters() {
        let waiting = waiters
        waiters.removeAll()
        for waiter in waiting { waiter.resume() }
    }

    // MARK: The end

    /// The client is gone: whatever the handler waits for ends now, and its Task is cancelled.
    func abandon() {
        connection = nil
        body.fail(.clientGone)
        task?.cancel()
        wakeWriters()
    }

    /// The answer is complete and the connection turns to the next request.
    func release() {
        connection = nil
        body.discard()
    }
}
