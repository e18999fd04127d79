// SPDX-License-Identifier: Apache-2.0

import HTTPEdge
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPLifeTests {
    /// Goal: a closed browser tab stops the work done for it.
    @Test func aClientThatLeavesCancelsItsRequest() async throws {
        let started = Gate()
        let cancelled = Gate()
        let observer = RecordingObserver()
        try await withServer(
            observer: observer,
            routes: { router in
                router.on(.GET, "/wait") { _, _ in
                    started.open()
                    await withTaskCancellationHandler {
                        await Gate().pass()
                    } onCancel: {
                        cancelled.open()
                    }
                    return .text("too late")
                }
            }
        ) { address in
            let client = try await RawClient.connect(address)
            try await client.send("GET /wait HTTP/1.1\r\nhost: x\r\n\r\n")
            await started.pass()
            await client.close()
            await cancelled.pass()
            let record = await observer.next()
            #expect(record?.isAbandoned == true)
            #expect(record?.route == "/wait")
        }
    }

    @Test func aBodyThatBreaksOffEndsItsReader() async throws {
        let failed = Mutex<HTTPFailure?>(nil)
        let ended = Gate()
        try await withServer(routes: { router in
            router.on(.POST, "/read") { request, _ in
                do {
                    while let _ = try await request.nextBodyPart() {}
                } catch {
                    failed.withLock { $0 = error as? HTTPFailure }
                    ended.open()
                }
                return .text("done")
            }
        }) { address in
            let client = try await RawClient.connect(address)
            try await client.send("POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
            await client.close()
            await ended.pass()
            #expect(failed.withLock { $0?.reason } == "client_gone")
        }
    }

    /// Goal: a reader that does not read holds its handler back and costs bounded memory.
    /// Method: stream 256 MB to a client that reads nothing; the write deadline ends it; what the handler could write
    /// by then is what the sockets' buffers and ours took, not what it had.
    @Test func aSlowReaderHoldsTheWriterBack() async throws {
        var limits = HTTPLimits()
        limits.writeTime = .milliseconds(200)
        let observer = RecordingObserver()
        let written = Mutex(0)
        try await withServer(
            limits: limits, observer: observer,
            routes: { router in
                router.on(.GET, "/flood") { _, _ in
                    HTTPResponse(
                        body: .stream { writer in
                            let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 << 10)
                            for _ in 0..<4_096 {
                                try await writer.write(chunk)
                                written.withLock { $0 += chunk.readableBytes }
                            }
                        })
                }
            }
        ) { address in
            let client = try await RawClient.connect(address, reads: false)
            try await client.send("GET /flood HTTP/1.1\r\nhost: x\r\n\r\n")
            let record = await observer.next()
            #expect(record?.isAbandoned == true)
            #expect(written.withLock { $0 } < 32 << 20)
            await client.close()
        }
    }

    /// Goal: a client that sends faster than the handler reads is held back by its socket, not kept in our memory.
    @Test func aFastSenderIsHeldBackByItsSocket() async throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.bufferedBodyBytes = 64 << 10
        let total = 24 << 20
        try await withServer(
            limits: limits,
            routes: { router in
                router.on(.POST, "/slow") { request, _ in
                    await gate.pass()
                    var count = 0
                    while let part = try await request.nextBodyPart() { count += part.readableBytes }
                    return .text("read \(count)")
                }
            }
        ) { address in
            let client = try await RawClient.connect(address)
            try await client.send("POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: \(total)\r\n\r\n")
            try await withThrowingTaskGroup { group in
                let isSent = Mutex(false)
                group.addTask {
                    try await client.send(String(repeating: "x", count: total))
                    isSent.withLock { $0 = true }
                }
                // With nobody reading, 24 MB do not fit into the sockets' buffers.
                #expect(!isSent.withLock { $0 })
                gate.open()
                try await group.waitForAll()
            }
            #expect(await client.until("read ").hasSuffix("read \(total)"))
        }
    }

    /// Goal: a stopped server finishes what runs, takes nothing new, and ends.
    @Test func drainFinishesRunningRequestsAndTakesNoNewOnes() async throws {
        let started = Gate()
        let gate = Gate()
        var router = Router()
        router.on(.GET, "/slow") { _, _ in
            started.open()
            await withTaskCancellationHandler {
                await gate.pass()
            } onCancel: {
            }
            return .text("finished")
        }
        let server = HTTPServer(
            .init(name: "test", host: "127.0.0.1", port: 0, router: router),
            group: MultiThreadedEventLoopGroup.singleton)
        let address = try await server.bind()
        let idle = try await RawClient.connect(address)
        let busy = try await RawClient.connect(address)
        try await busy.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        await started.pass()
        async let drained: Void = server.drain()
        _ = await idle.untilClosed()
        await #expect(throws: (any Error).self) { _ = try await RawClient.connect(address) }
        #expect(!busy.now.isClosed)
        gate.open()
        let text = await busy.untilClosed()
        #expect(text.hasSuffix("finished"))
        #expect(text.contains("connection: close"))
        await drained
    }
}
