// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import Primitives
import Redis
import TestKit
import Testing

extension RedisClient {
    /// `send` with untyped errors, which is what the expectation macros can rethrow.
    @discardableResult
    func ask(_ command: [RedisArgument], deadline: Deadline) async throws -> RedisValue {
        try await send(command, deadline: deadline)
    }
}

@Suite(.timeLimit(.minutes(2))) struct RedisClientTests {
    private let ids = SequentialIdentifiers(source: 1_000)

    private func soon(_ duration: Duration = .seconds(10)) -> Deadline { .after(duration, from: SystemTime().now()) }

    /// A client as one of the ACL's users, and the start of all keys this test may use.
    private func withClient(
        as user: String = "billing", on server: ThrowawayRedis = .shared,
        _ body: (RedisClient, String) async throws -> Void
    ) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let client = RedisClient(try await server.settings(as: user), loop: loop, logger: Logger(label: "test"))
        let organisation = UUIDv7(digest: UInt64.random(in: 0...(.max)), UInt64.random(in: 0...(.max)))
        do {
            try await body(client, "{\(organisation)}:bucket:")
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    @Test func commandsAndTheirAnswers() async throws {
        try await withClient { client, prefix in
            let key = RedisArgument.text(prefix + "a")
            #expect(try await client.ask(["GET", key], deadline: soon()) == .null)
            #expect(try await client.ask(["SET", key, .bytes([0, 255])], deadline: soon()) == .status("OK"))
            #expect(try await client.ask(["GET", key], deadline: soon()) == .bulk([0, 255]))
            let refusal = try await client.ask(["LPUSH", key, "x"], deadline: soon()).errorCode
            #expect(refusal == "WRONGTYPE")
            #expect(try await client.ask(["DEL", key], deadline: soon()) == .integer(1))
            #expect(client.isHealthy)
        }
    }

    /// Goal: replies reach whoever asked. Method: many tasks at once, each reads back what only it wrote.
    @Test func pipelinedRepliesAreNotMixedUp() async throws {
        try await withClient { client, prefix in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        let key = RedisArgument.text("\(prefix)\(index)")
                        _ = try await client.ask(["SET", key, .integer(Int64(index))], deadline: soon())
                        let value = try await client.ask(["GET", key], deadline: soon())
                        #expect(value.integer == Int64(index))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func unknownScriptIsSentWhole() async throws {
        try await withClient { client, prefix in
            // Its own text, so that no other run has taught it to the server.
            let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('TIME')[1] and 1} -- \(prefix)")
            for _ in 0..<2 {
                let value = try await client.evaluate(
                    script, keys: [prefix + "k"], arguments: ["v"], deadline: soon())
                #expect(value == .array([.bulk(Array((prefix + "k").utf8)), .bulk([118]), .integer(1)]))
            }
        }
    }

    @Test func whatTheUserMayNotDoIsRefused() async throws {
        try await withClient(as: "gateway") { client, prefix in
            let value = try await client.ask(["SET", .text(prefix + "a"), "1"], deadline: soon())
            #expect(value.errorCode == "NOPERM")
        }
        try await withClient(as: "auth") { client, prefix in
            let value = try await client.ask(["GET", .text(prefix + "a")], deadline: soon())
            #expect(value.errorCode == "NOPERM")
            let refusal = try await client.ask(["FLUSHALL"], deadline: soon()).errorCode
            #expect(refusal == "NOPERM")
        }
    }

    @Test func wrongPasswordIsUnavailable() async throws {
        var settings = try await ThrowawayRedis.shared.settings(as: "nobody")
        settings.patience = .milliseconds(200)
        let client = RedisClient(
            settings, loop: MultiThreadedEventLoopGroup.singleton.any(), logger: Logger(label: "test"))
        await #expect { try await client.ask(["PING"], deadline: soon()) } throws: { error in
            (error as? RedisFailure)?.kind == .unavailable
        }
        await client.shutdown()
        await #expect(throws: RedisFailure.self) { try await client.ask(["PING"], deadline: soon()) }
    }

    /// Goal: a deadline frees the caller, and what follows on the connection is not mixed up by the late answer.
    @Test func deadlineFreesTheCallerAndNotTheOrder() async throws {
        let server = ThrowawayRedis()
        try await withClient(as: "operator", on: server) { client, _ in
            // The connection first, so that what follows is sent within its fifty milliseconds.
            try await client.ask(["PING"], deadline: soon())
            await #expect {
                try await client.ask(["DEBUG", "SLEEP", "0.4"], deadline: soon(.milliseconds(50)))
            } throws: {
                let failure = $0 as? RedisFailure
                return failure?.kind == .deadline && failure?.mayHaveHappened == true
            }
            let answer = try await client.ask(["ECHO", "after"], deadline: soon()).text
            #expect(answer == "after")
            await #expect { try await client.ask(["PING"], deadline: soon(.milliseconds(-1))) } throws: {
                ($0 as? RedisFailure)?.mayHaveHappened == false
            }
        }
        try await server.discard()
    }

    @Test func cancellationFreesTheCaller() async throws {
        try await withClient(as: "operator") { client, _ in
            let outcome = await withTaskGroup(of: RedisFailure.Kind?.self) { group in
                group.addTask {
                    do throws(RedisFailure) {
                        _ = try await client.send(["DEBUG", "SLEEP", "0.4"], deadline: soon())
                        return nil
                    } catch { return error.kind }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(outcome == .cancelled)
            let answer = try await client.ask(["ECHO", "after"], deadline: soon()).text
            #expect(answer == "after")
        }
    }

    /// The cancellation then arrives before the command does.
    @Test func cancelledTaskAsksInVain() async throws {
        try await withClient { client, _ in
            let kinds = await withTaskGroup(of: RedisFailure.Kind?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        withUnsafeCurrentTask { $0?.cancel() }
                        do throws(RedisFailure) {
                            _ = try await client.send(["PING"], deadline: soon())
                            return nil
                        } catch { return error.kind }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.allSatisfy { $0 == .cancelled })
            let answer = try await client.ask(["PING"], deadline: soon())
            #expect(answer == .status("PONG"))
        }
    }

    @Test func fullQueueRefuses() async throws {
        var settings = try await ThrowawayRedis.shared.settings(as: "operator")
        settings.queueLimit = 4
        let client = RedisClient(
            settings, loop: MultiThreadedEventLoopGroup.singleton.any(), logger: Logger(label: "test"))
        let kinds = await withTaskGroup(of: RedisFailure.Kind?.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    do throws(RedisFailure) {
                        _ = try await client.send(["DEBUG", "SLEEP", "0.05"], deadline: soon())
                        return nil
                    } catch { return error.kind }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(kinds.contains(.overloaded))
        #expect(kinds.contains(nil))
        let answer = try await client.ask(["ECHO", "after"], deadline: soon()).text
        #expect(answer == "after")
        await client.shutdown()
    }

    /// Goal: a killed Redis fails what was on its way, and is found again without anybody's help.
    @Test func killedServerIsFoundAgain() async throws {
        let server = ThrowawayRedis()
        try await withClient(as: "operator", on: server) { client, prefix in
            #expect(try await client.ask(["PING"], deadline: soon()) == .status("PONG"))
            async let stuck: RedisFailure.Kind? = {
                do throws(RedisFailure) {
                    _ = try await client.send(["BLPOP", .text(prefix + "none"), 30], deadline: soon(.seconds(30)))
                    return nil
                } catch { return error.kind }
            }()
            // Sent behind it on the same connection: both are lost with the server.
            while try await isBlocked(server) == false {}
            try await server.kill()
            #expect(await stuck == .unavailable)
            await #expect { try await client.ask(["PING"], deadline: soon()) } throws: {
                ($0 as? RedisFailure)?.kind == .unavailable
            }
            try await server.restart()
            try await eventually { try await client.ask(["PING"], deadline: soon()) == .status("PONG") }
        }
        try await server.discard()
    }

    /// Goal: a subscriber learns of every gap. Method: listen, kill, restart, publish.
    @Test func subscriptionSaysWhenItMayHaveMissedSomething() async throws {
        let server = ThrowawayRedis()
        try await withClient(as: "operator", on: server) { client, _ in
            var events = client.subscribe(to: "revocations").makeAsyncIterator()
            #expect(await events.next() == .resubscribed)
            try await client.ask(["PUBLISH", "revocations", "first"], deadline: soon())
            #expect(await events.next() == .message(Array("first".utf8)))
            try await server.kill()
            try await server.restart()
            #expect(await events.next() == .resubscribed)
            try await eventually {
                try await client.ask(["PUBLISH", "revocations", "second"], deadline: soon()) == .integer(1)
            }
            #expect(await events.next() == .message(Array("second".utf8)))
        }
        try await server.discard()
    }

    @Test func cancelledSubscriberEnds() async throws {
        // The one channel that the gateway's user may listen to.
        let channel = "parley:keys:revoked"
        try await withClient(as: "gateway") { client, _ in
            let count = await withTaskGroup(of: Int.self) { group in
                group.addTask {
                    var count = 0
                    for await _ in client.subscribe(to: channel) { count += 1 }
                    return count
                }
                group.addTask {
                    // Listens long enough to be sure that it did subscribe.
                    var events = client.subscribe(to: channel).makeAsyncIterator()
                    _ = await events.next()
                    return -1
                }
                _ = await group.next()
                group.cancelAll()
                return await group.next() ?? -2
            }
            #expect(count >= 0)
        }
    }

    // MARK: Waiting for a server

    private func isBlocked(_ server: ThrowawayRedis) async throws -> Bool {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let client = RedisClient(
            try await server.settings(as: "operator"), loop: loop, logger: Logger(label: "observer"))
        let info = try await client.ask(["INFO", "clients"], deadline: soon()).text ?? ""
        await client.shutdown()
        return info.contains("blocked_clients:1")
    }

    /// Tries until it holds; a restarted server needs a moment, and each try waits for it by itself.
    private func eventually(_ holds: () async throws -> Bool) async throws {
        let end = soon()
        while !end.hasPassed(at: SystemTime().now()) {
            do { if try await holds() { return } } catch is RedisFailure {}
        }
        Issue.record("it never came true")
    }
}
