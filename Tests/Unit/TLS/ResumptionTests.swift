// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import CShims
import Glibc
import NIOCore
import NIOEmbedded
import TLS
import TestKit
import Testing

/// Goal: a resumed session says of the peer exactly what a full handshake says, and whatever is wrong with one costs no
/// more than a full handshake.
@Suite struct ResumptionTests {
    private let authority: TestAuthority
    private let server: TLSContext
    private let client: TLSContext

    init() throws {
        authority = try TestAuthority()
        server = try .server(identity: authority.identity("auth"))
        client = try .client(identity: authority.identity("gateway"))
    }

    private func connect(
        _ client: TLSContext? = nil, expecting: String = "auth", to server: TLSContext? = nil, port: Int = 1
    ) throws -> Wire {
        let wire = try Wire(client ?? self.client, expecting: expecting, to: server ?? self.server, port: port)
        try wire.carry()
        return wire
    }

    private func isResumed(_ wire: Wire) throws -> Bool {
        let ends = [try #require(wire.clientSide.handshake), try #require(wire.serverSide.handshake)]
        #expect(ends[0].isResumed == ends[1].isResumed)
        #expect(ends[0].peerNames == ["auth"])
        #expect(ends[1].peerNames == ["gateway"])
        return ends[0].isResumed
    }

    /// The key of the only session there is.
    private func key(_ name: String = "auth") throws -> TLSSessionStore.Key {
        let store = try #require(client.sessions)
        return try #require(store.keys.first { $0.name == name })
    }

    @Test func theSecondConnectionIsResumedAndShowsTheSameNames() throws {
        #expect(try !isResumed(connect()))
        #expect(client.sessions?.keys.count == 1)
        for _ in 0..<3 {
            let wire = try connect()
            #expect(try isResumed(wire))
            // The server gives no ticket behind it: with the client's certificate inside, it would be longer than this.
            #expect(wire.octetsFromServer < 512)
            wire.client.writeAndFlush(ByteBuffer(string: "question"), promise: nil)
            try wire.carry()
            wire.server.writeAndFlush(ByteBuffer(string: "answer"), promise: nil)
            try wire.carry()
            #expect(String(buffer: wire.serverSide.received) == "question")
            #expect(String(buffer: wire.clientSide.received) == "answer")
        }
    }

    /// A pool opens several at once, and connections that end without a word spoil nothing.
    @Test func severalConnectionsResumeOneSession() throws {
        #expect(try !isResumed(connect()))
        let wires = try (0..<3).map { _ in try Wire(client, expecting: "auth", to: server) }
        for wire in wires {
            try wire.carry()
            #expect(try isResumed(wire))
            wire.client.pipeline.fireChannelInactive()
            wire.server.pipeline.fireChannelInactive()
        }
        #expect(try isResumed(connect()))
    }

    /// Replicas of one name cannot open each other's tickets: each is offered its own.
    @Test func eachReplicaIsOfferedItsOwnSession() throws {
        let other = try TLSContext.server(identity: authority.identity("auth"))
        for isResumed in [false, true, true] {
            #expect(try self.isResumed(connect(port: 1)) == isResumed)
            #expect(try self.isResumed(connect(to: other, port: 2)) == isResumed)
        }
        #expect(client.sessions?.keys.count == 2)
    }

    @Test func noSessionMakesAWrongNameRight() throws {
        #expect(try !isResumed(connect()))
        let wrong = try connect(expecting: "billing")
        #expect(wrong.clientSide.failure?.kind == .handshake)
        #expect(wrong.clientSide.handshake == nil)
        // Not even a session that is offered where it does not belong.
        let store = try #require(client.sessions)
        var elsewhere = try key()
        let session = try #require(store.copy(for: elsewhere))
        elsewhere.name = "billing"
        store.keep(session, for: elsewhere)
        let resumed = try connect(expecting: "billing")
        #expect(resumed.clientSide.failure?.kind == .handshake)
        #expect(resumed.clientSide.handshake == nil)
        #expect(!store.keys.contains(elsewhere))
    }

    @Test func aTicketThatWasTamperedWithIsNotBelieved() throws {
        #expect(try !isResumed(connect()))
        let store = try #require(client.sessions)
        let session = try #require(store.copy(for: try key()))
        var ticket: UnsafePointer<UInt8>?
        var count = 0
        SSL_SESSION_get0_ticket(session, &ticket, &count)
        let octet = UnsafeMutablePointer(mutating: try #require(ticket)) + count / 2
        octet.pointee ^= 1
        store.keep(session, for: try key())
        #expect(try !isResumed(connect()))
        #expect(try isResumed(connect()))
    }

    @Test func anotherContextAtEitherEndMeansAFullHandshake() throws {
        let identities = (try authority.identity("auth"), try authority.identity("gateway"))
        #expect(try !isResumed(connect()))
        let newServer = try TLSContext.server(identity: identities.0)
        #expect(try !isResumed(connect(to: newServer)))
        #expect(try isResumed(connect(to: newServer)))
        let newClient = try TLSContext.client(identity: identities.1)
        #expect(try !isResumed(connect(newClient, to: newServer)))
        #expect(try isResumed(connect(newClient, to: newServer)))
    }

    @Test func whoeverShowsNoCertificateKeepsNoSession() throws {
        let edge = try TLSContext.server(identity: authority.identity("auth"), requiresClientCertificate: false)
        let visitor = try TLSContext.client(authorityFile: authority.authorityFile)
        #expect(visitor.sessions == nil)
        for context in [visitor, client] {
            for _ in 0..<2 {
                let wire = try connect(context, to: edge)
                #expect(wire.clientSide.handshake?.isResumed == false)
            }
        }
        // A ticket of the edge is none of the peers' port: there is no such ticket.
        #expect(client.sessions?.keys.isEmpty == true)
    }

    @Test func aSessionEndsWithItsLifetimeAndWithThePeersCertificate() throws {
        #expect(try !isResumed(connect()))
        let session = try #require(client.sessions?.copy(for: try key()))
        defer { SSL_SESSION_free(session) }
        let now = Int64(time(nil))
        let lifetime = TLSContext.sessionLifetime.components.seconds
        #expect(parley_tls_may_resume(session, now) == 1)
        #expect(parley_tls_may_resume(session, now + lifetime + 1) == 0)
        #expect(parley_tls_may_resume(session, now - 60) == 0)
        // As if it were new, when the certificate's two days are over.
        let later = now + 3 * 86_400
        SSL_SESSION_set_time(session, Int(later))
        #expect(parley_tls_may_resume(session, later + 1) == 0)
    }

    /// The server's view and the client's: one of the two has a certificate of three seconds.
    @Test(arguments: [true, false]) func anExpiredCertificateIsNotResumed(_ isClients: Bool) throws {
        let short = try authority.identity(isClients ? "gateway" : "auth", seconds: 3)
        let client = isClients ? try TLSContext.client(identity: short) : client
        let server = isClients ? server : try TLSContext.server(identity: short)
        #expect(try !isResumed(connect(client, to: server)))
        #expect(try isResumed(connect(client, to: server)))
        let ending = isClients ? client : server
        while (ending.secondsLeft ?? 0) >= 0 { sched_yield() }
        let wire = try connect(client, to: server)
        let refusing = isClients ? wire.serverSide : wire.clientSide
        #expect(refusing.handshake == nil)
        #expect(refusing.failure?.kind == .handshake)
    }

    /// Goal: it is worth it. Both ends' CPU time, measured in turns.
    @Test func resumingCostsLessThanAFullHandshake() throws {
        func cpu() -> Int {
            var now = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
            return now.tv_sec * 1_000_000_000 + now.tv_nsec
        }
        var spent = [false: 0, true: 0]
        let pairs = 100
        for _ in 0..<pairs {
            if let key = client.sessions?.keys.first { client.sessions?.forget(key) }
            for expected in [false, true] {
                let start = cpu()
                let wire = try connect()
                spent[expected, default: 0] += cpu() - start
                #expect(try isResumed(wire) == expected)
            }
        }
        let full = spent[false, default: 0] / pairs / 1_000
        let resumed = spent[true, default: 0] / pairs / 1_000
        print("a handshake's two ends: \(full) us of CPU time in full, \(resumed) us resumed")
        #expect(Double(resumed) < 0.9 * Double(full))
    }
}
