// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import Primitives

extension HTTPConnection {
    /// Writes a whole answer: head and body in one buffer, unless the body is so large that copying it costs more
    /// than a second write.
    func answer(_ exchange: HTTPExchange, whole response: HTTPResponse) {
        guard exchange === current, !exchange.isAnswered else { return }
        let bytes = if case .bytes(let bytes) = response.body { bytes } else { ByteBuffer() }
        let hidesBody = exchange.request.method == .HEAD
        var framing = framing(of: response, length: bytes.readableBytes)
        if hidesBody, case .stream = response.body { framing = exchange.isVersion10 ? .none : .chunked }
        settle(exchange)
        var buffer = context?.channel.allocator.buffer(capacity: 256 + bytes.readableBytes) ?? ByteBuffer()
        writeHead(response, framing, exchange, into: &buffer)
        if !hidesBody, framing != .none { buffer.writeImmutableBuffer(bytes) }
        exchange.answer = .ended
        end(exchange, with: buffer)
    }

    /// Writes a chunk of a streamed answer, behind its head when this is the first.
    func write(_ chunk: ByteBuffer, of exchange: HTTPExchange) {
        guard exchange === current, chunk.readableBytes > 0 else { return }
        var buffer = context?.channel.allocator.buffer(capacity: chunk.readableBytes + 32) ?? ByteBuffer()
        let framing = openIfHeld(exchange, into: &buffer)
        if framing == .chunked {
            ResponseText.writeChunk(chunk, into: &buffer)
        } else if framing != BodyFraming.none {
            buffer.writeImmutableBuffer(chunk)
        }
        exchange.responseBytes += buffer.readableBytes
        put(buffer)
    }

    /// Ends a streamed answer.
    func finish(_ exchange: HTTPExchange) {
        guard exchange === current, !exchange.isAnswered else { return }
        var buffer = ByteBuffer()
        if openIfHeld(exchange, into: &buffer) == .chunked { buffer.writeStaticString(ResponseText.lastChunk) }
        exchange.answer = .ended
        end(exchange, with: buffer)
    }

    /// Cuts the connection in the middle of an answer, the only way left to say that it is not complete.
    func abort(_ exchange: HTTPExchange) {
        guard exchange === current else { return }
        context?.close(promise: nil)
    }

    /// Writes the head if it is still held back, and tells how the body is framed.
    private func openIfHeld(_ exchange: HTTPExchange, into buffer: inout ByteBuffer) -> BodyFraming {
        switch exchange.answer {
        case .streaming(let framing): return framing
        case .waiting, .ended: return .none
        case .headHeld(let response):
            let length = response.headers.first(name: "content-length").flatMap { Int($0) }
            var framing = framing(of: response, length: length)
            if framing == .chunked, exchange.isVersion10 {
                framing = .close
                exchange.keepsAlive = false
            }
            settle(exchange)
            writeHead(response, framing, exchange, into: &buffer)
            exchange.answer = .streaming(framing)
            return framing
        }
    }

    private func framing(of response: HTTPResponse, length: Int?) -> BodyFraming {
        guard response.status.mayHaveResponseBody else { return .none }
        return length.map { .length($0) } ?? .chunked
    }

    /// Decides, before the head is written, whether the connection can go on after this answer: not when the client
    /// still waits for leave to send its body, and not when more of the body is to come than is worth reading.
    private func settle(_ exchange: HTTPExchange) {
        guard !isCurrentReceived else { return }
        let headers = exchange.request.headers
        let unannounced = headers.contains(name: "transfer-encoding") ? nil : 0
        let announced = headers.first(name: "content-length").flatMap { Int($0) } ?? unannounced
        let waitsForLeave = exchange.expectsContinue && !exchange.hasContinued
        let mayBeLong = announced.map { $0 - exchange.body.receivedBytes > limits.bufferedBodyBytes } ?? true
        if waitsForLeave || mayBeLong || exchange.body.isEnded { exchange.keepsAlive = false }
    }

    private func writeHead(
        _ response: HTTPResponse, _ framing: BodyFraming, _ exchange: HTTPExchange, into buffer: inout ByteBuffer
    ) {
        exchange.status = response.status
        ResponseText.writeHead(
            response, framing: framing, keepsAlive: exchange.keepsAlive, isVersion10: exchange.isVersion10,
            date: date.text(at: time.timestamp()), into: &buffer)
    }

    private func end(_ exchange: HTTPExchange, with buffer: ByteBuffer) {
        exchange.responseBytes += buffer.readableBytes
        tell(exchange, isAbandoned: false)
        if exchange.keepsAlive {
            if buffer.readableBytes > 0 { put(buffer) }
            exchange.body.discard()
            readOn()
        } else {
            closeAfterWriting(buffer)
        }
        turnToNext()
    }

    /// Writes the last bytes of the connection and closes it: at once when the client has said all, else after reading
    /// on for a moment, because closing with bytes unread makes the system send a reset, which may overtake the answer.
    func closeAfterWriting(_ buffer: ByteBuffer) {
        guard let context, case .open = phase else { return }
        phase = .lingering(bytesLeft: limits.lingerBytes)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.farewellIsSent() }
        put(buffer, promise: written)
        readOn()
    }

    /// The handler waits for bytes: the client is given leave to send them, and the socket is read on.
    func bodyIsWanted(_ exchange: HTTPExchange) {
        guard exchange === current else { return }
        if exchange.expectsContinue, !exchange.hasContinued, case .waiting = exchange.answer,
            exchange.body.receivedBytes == 0
        {
            exchange.hasContinued = true
            put(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
        readOn()
    }

    func tell(_ exchange: HTTPExchange, isAbandoned: Bool) {
        observer?.requestEnded(
            HTTPRecord(
                method: exchange.request.method, route: exchange.route, status: exchange.status,
                started: exchange.started, ended: time.now(), requestBytes: exchange.body.receivedBytes,
                responseBytes: exchange.responseBytes, isAbandoned: isAbandoned))
    }
}
