// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import TLS
import TestKit
import Testing

/// Two channels with nothing but a test's hands between them: what one writes, the other is given.
final class Wire {
    let client: EmbeddedChannel
    let server: EmbeddedChannel
    let clientSide = Recorder()
    let serverSide = Recorder()
    /// What the server has sent so far.
    private(set) var octetsFromServer = 0

    final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var received = ByteBuffer()
        var handshake: TLSHandshakeCompleted?
        var failure: TLSFailure?
        var isInactive = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.writeImmutableBuffer(unwrapInboundIn(data))
        }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? TLSHandshakeCompleted { handshake = event }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { failure = error as? TLSFailure }
        func channelInactive(context: ChannelHandlerContext) { isInactive = true }
    }

    /// - Parameter port: the server's, which tells replicas apart.
    init(_ client: TLSContext, expecting: String, to server: TLSContext, port: Int = 1) throws {
        let loop = EmbeddedEventLoop()
        self.client = EmbeddedChannel(loop: loop)
        self.server = EmbeddedChannel(loop: loop)
        try self.client.pipeline.syncOperations.addHandlers([
            TLSHandler(client: client, expecting: expecting), clientSide,
        ])
        try self.server.pipeline.syncOperations.addHandlers([TLSHandler(server: server), serverSide])
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        try self.server.connect(to: address).wait()
        try self.client.connect(to: address).wait()
    }

    /// Carries bytes until neither side has more; `slice`: at most so many octets at a time.
    func carry(slice: Int = .max) throws {
        var moved = true
        while moved {
            moved = false
            for (from, to) in [(client, server), (server, client)] {
                while var bytes = try from.readOutbound(as: ByteBuffer.self) {
                    moved = true
                    if from === server { octetsFromServer += bytes.readableBytes }
                    while let part = bytes.readSlice(length: min(slice, bytes.readableBytes)), part.readableBytes > 0 {
                        // A channel that has closed takes nothing more, as a socket would not.
                        _ = try? to.writeInbound(part)
                    }
                }
                from.embeddedEventLoop.run()
            }
        }
    }
}

@Suite struct TLSHandlerTests {
    private let authority: TestAuthority
    private let server: TLSContext
    private let client: TLSContext

    init() throws {
        authority = try TestAuthority()
        server = try TLSContext.server(identity: try authority.identity("auth"))
        client = try TLSContext.client(identity: try authority.identity("gateway"))
    }

    private func peers(expecting: String = "auth") throws -> Wire {
        try Wire(client, expecting: expecting, to: server)
    }

    @Test func eachSideLearnsTheOthersName() throws {
        let wire = try peers()
        try wire.carry()
        #expect(wire.serverSide.handshake?.peerNames == ["gateway"])
        #expect(wire.clientSide.handshake?.peerNames == ["auth"])
    }

    @Test(arguments: [1, 7, 1_000, Int.max]) func bytesArriveHoweverTheyAreCut(_ slice: Int) throws {
        let wire = try peers()
        try wire.carry(slice: slice)
        let sent = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        wire.client.writeAndFlush(sent, promise: nil)
        try wire.carry(slice: slice)
        #expect(wire.serverSide.received == sent)
        wire.server.writeAndFlush(sent, promise: nil)
        try wire.carry(slice: slice)
        #expect(wire.clientSide.received == sent)
    }

    @Test func whatIsWrittenBeforeTheHandshakeIsSentAfterIt() throws {
        let wire = try peers()
        let sent = wire.client.writeAndFlush(ByteBuffer(string: "early"))
        try wire.carry()
        #expect(String(buffer: wire.serverSide.received) == "early")
        try sent.wait()
    }

    @Test func whatIsWrittenAndNeverFlushedIsBounded() throws {
        let wire = try peers()
        try wire.carry()
        let block = ByteBuffer(repeating: 0, count: 1 << 20)
        for _ in 0..<TLSLimits().queuedBytes >> 20 { wire.client.write(block, promise: nil) }
        #expect(wire.clientSide.failure == nil)
        wire.client.write(block, promise: nil)
        #expect(wire.clientSide.failure?.kind == .tooMuchQueued)
    }

    /// A socket whose buffer is full: from `isFull` on no write ends.
    private final class FullSocket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var isFull = false
        private var kept: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard isFull else { return context.write(data, promise: promise) }
            if let promise { kept.append(promise) }
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            for promise in kept { promise.fail(ChannelError.ioOnClosedChannel) }
        }
    }

    @Test func aPeerThatReadsNothingDoesNotKeepTheSocketOpen() throws {
        let wire = try peers()
        let socket = FullSocket()
        try wire.client.pipeline.syncOperations.addHandler(socket, position: .first)
        try wire.carry()
        socket.isFull = true
        wire.client.close(promise: nil)
        wire.client.embeddedEventLoop.run()
        #expect(wire.client.isActive, "its last octets may still leave")
        wire.client.embeddedEventLoop.advanceTime(by: TLSLimits().closeTimeout)
        #expect(!wire.client.isActive)
    }

    @Test func manyWritesAndOneFlushAreOneRecord() throws {
        let wire = try peers()
        try wire.carry()
        let promises = (0..<64).map { _ in wire.client.eventLoop.makePromise(of: Void.self) }
        for promise in promises { wire.client.write(ByteBuffer(string: "frame"), promise: promise) }
        wire.client.flush()
        let first = try #require(try wire.client.readOutbound(as: ByteBuffer.self))
        #expect(first.readableBytes == 64 * 5 + 22)
        #expect(try wire.client.readOutbound(as: ByteBuffer.self) == nil)
        for promise in promises { try promise.futureResult.wait() }
    }

    @Test func aClientThatMeantSomebodyElseLeaves() throws {
        let wire = try peers(expecting: "billing")
        try wire.carry()
        #expect(wire.clientSide.failure?.kind == .handshake)
        #expect(wire.clientSide.handshake == nil)
    }

    @Test func aCommonNameIsNoName() throws {
        let nameless = try TLSContext.server(identity: authority.identity("other", commonName: "auth"))
        let wire = try Wire(.client(identity: authority.identity("gateway")), expecting: "auth", to: nameless)
        try wire.carry()
        #expect(wire.clientSide.failure?.kind == .handshake)
    }

    @Test func clientsWithoutAGoodCertificateAreRefused() throws {
        let stranger = try TestAuthority()
        let foreign = try stranger.identity("gateway")
        let mixed = TLSIdentity(
            certificateFile: foreign.certificateFile, keyFile: foreign.keyFile, authorityFile: authority.authorityFile)
        let contexts: [TLSContext] = [
            try .client(authorityFile: authority.authorityFile),
            try .client(identity: mixed),
            try .client(identity: authority.identity("gateway", isExpired: true)),
        ]
        for context in contexts {
            let wire = try Wire(context, expecting: "auth", to: server)
            try wire.carry()
            #expect(wire.serverSide.handshake == nil)
            #expect(wire.serverSide.failure?.kind == .handshake)
            wire.client.writeAndFlush(ByteBuffer(string: "hello?"), promise: nil)
            try wire.carry()
            #expect(wire.serverSide.received.readableBytes == 0)
        }
    }

    @Test func aServerOfAnotherAuthorityIsRefused() throws {
        let stranger = try TestAuthority()
        let wire = try Wire(
            .client(identity: authority.identity("gateway")), expecting: "auth",
            to: .server(identity: stranger.identity("auth")))
        try wire.carry()
        #expect(wire.clientSide.failure?.kind == .handshake)
    }

    @Test func thePublicEdgeAsksForNoCertificateAndAgreesOnAProtocol() throws {
        let edge = try TLSContext.server(
            identity: authority.identity("localhost", "127.0.0.1"), requiresClientCertificate: false,
            applicationProtocols: ["http/1.1"])
        for name in ["localhost", "127.0.0.1"] {
            let wire = try Wire(
                .client(authorityFile: authority.authorityFile, applicationProtocols: ["h2", "http/1.1"]),
                expecting: name, to: edge)
            try wire.carry()
            #expect(wire.clientSide.handshake?.applicationProtocol == "http/1.1")
            #expect(wire.serverSide.handshake?.peerNames == [])
        }
    }

    @Test func closingSaysGoodbyeAfterTheLastByte() throws {
        let wire = try peers()
        try wire.carry()
        wire.client.write(ByteBuffer(string: "last words"), promise: nil)
        wire.client.close(promise: nil)
        try wire.carry()
        #expect(String(buffer: wire.serverSide.received) == "last words")
        #expect(wire.serverSide.failure == nil)
        #expect(wire.serverSide.isInactive)
    }

    @Test func aSilentPeerIsGivenUp() throws {
        let wire = try peers()
        wire.server.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(wire.serverSide.failure?.kind == .handshakeTimeout)
        #expect(wire.serverSide.isInactive)
    }

    @Test func noiseEndsTheConnectionAndNothingElse() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let wire = try peers()
            if Bool.random(using: &random) { try wire.carry() }
            let count = Int.random(in: 1...600, using: &random)
            let noise = ByteBuffer(bytes: (0..<count).map { _ in .random(in: 0...255) })
            _ = try? wire.server.writeInbound(noise)
            _ = try? wire.server.writeInbound(noise)
            try wire.carry()
            #expect(wire.serverSide.received.readableBytes == 0)
        }
    }

    @Test func missingFilesAreNamed() {
        let absent = TLSIdentity(certificateFile: "/absent.crt", keyFile: "/absent.key", authorityFile: "/absent.ca")
        #expect { try TLSContext.server(identity: absent) } throws: { error in
            (error as? TLSFailure)?.kind == .configuration && "\(error)".contains("/absent.crt")
        }
    }
}
