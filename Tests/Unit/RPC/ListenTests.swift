// SPDX-License-Identifier: Apache-2.0

import Primitives
import RPC
import TestKit
import Testing

/// A stream whose messages are told to a closure instead of a waiting task.
struct ListenTests {
    private typealias Word = Result<EchoMessage?, Failure>

    private func context() -> CallContext {
        CallContext(
            deadline: .after(.seconds(20), from: SystemTime().now()),
            trace: TraceContext(traceHigh: 7, traceLow: 8, span: 9, isSampled: true))
    }

    @Test(arguments: Carrier.all) func everyMessageIsHeardInOrderAndThenTheEnd(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let (words, say) = AsyncStream<Word>.makeStream()
            try await client.bidirectional(EchoService.talk, context()) { writer, reader in
                try await writer.send(EchoMessage("before"))
                reader.listen { say.yield($0) }
                for index in 0..<200 { try await writer.send(EchoMessage("\(index)")) }
                writer.finish()
                var heard: [String] = []
                for await word in words {
                    guard let message = try word.get() else { break }
                    heard.append(message.text)
                }
                #expect(heard == ["<before>"] + (0..<200).map { "<\($0)>" } + ["bye"])
            }
        }
    }

    @Test(arguments: Carrier.all) func aFailureIsHeardOnce(_ carrier: Carrier) async throws {
        try await carrier.run { client, _ in
            let (words, say) = AsyncStream<Word>.makeStream()
            try await client.bidirectional(EchoService.talk, context()) { writer, reader in
                reader.listen { say.yield($0) }
                try await writer.send(EchoMessage("fail"))
                var heard = words.makeAsyncIterator()
                guard case .failure(let failure) = await heard.next() else {
                    Issue.record("no failure was heard")
                    return
                }
                #expect(failure.code == .aborted)
            }
            say.finish()
            var rest = 0
            for await _ in words { rest += 1 }
            #expect(rest == 0)
        }
    }

    @Test(arguments: Carrier.all) func whoHasLeftHearsNothing(_ carrier: Carrier) async throws {
        try await carrier.run { client, service in
            let (words, say) = AsyncStream<Word>.makeStream()
            try await client.bidirectional(EchoService.talk, context()) { writer, reader in
                reader.listen { say.yield($0) }
                try await writer.send(EchoMessage("one"))
                var heard = words.makeAsyncIterator()
                _ = await heard.next()
                try await writer.send(EchoMessage("two"))
            }
            // A call behind it on the same connection: whatever was on its way has come by then.
            _ = try await client.unary(EchoService.echo, EchoMessage("next"), context())
            say.finish()
            for await word in words {
                if case .failure(let failure) = word { Issue.record("heard \(failure) after leaving") }
            }
        }
    }
}
