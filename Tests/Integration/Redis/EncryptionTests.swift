// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import Primitives
import Redis
import TLS
import TestKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct EncryptionTests {
    /// Goal: TLS means TLS to the right server. Method: a Redis that speaks nothing else, with a certificate for
    /// `localhost`; trust in its authority connects, trust in another's, another name or none of it does not.
    @Test func onlyAProvenServerIsTalkedTo() async throws {
        let authority = try TestAuthority()
        let stranger = try TestAuthority()
        let server = ThrowawayRedis(identity: try authority.identity("localhost"))
        func answers(_ trusted: TestAuthority?, name: String = "localhost") async throws -> Bool {
            var settings = try await server.settings(as: "operator")
            settings.patience = .milliseconds(100)
            if let trusted {
                let context = try TLSContext.client(authorityFile: trusted.authorityFile)
                settings.secure = { channel in
                    let handler = try TLSHandler(client: context, expecting: name)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            let client = RedisClient(
                settings, loop: MultiThreadedEventLoopGroup.singleton.any(), logger: Logger(label: "test"))
            let deadline = Deadline.after(.seconds(5), from: SystemTime().now())
            var isAnswered = false
            do throws(RedisFailure) {
                isAnswered = try await client.send(["PING"], deadline: deadline) == .status("PONG")
            } catch {}
            await client.shutdown()
            return isAnswered
        }
        #expect(try await answers(authority))
        #expect(try await !answers(stranger))
        #expect(try await !answers(authority, name: "elsewhere"))
        #expect(try await !answers(nil))
        try await server.discard()
    }
}
